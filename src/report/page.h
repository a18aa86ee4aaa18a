// A page of text for a terminal: title, sections of aligned rows, small tables, wrapped paragraphs.
//
// Built from top to bottom, taken once with text(). Knows columns and colours and nothing of what the page is
// about: terminal.cc draws a Document on it. No line is wider than the look, except for a single longer
// word and for verbatim text. Texts are made printable here. Not thread-safe; one owner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/document.h"
#include "report/look.h"

namespace aforo {

class Page {
 public:
  static constexpr std::size_t kLabel =
      24;  // columns for the labels of rows, the space before the value included

  explicit Page(const Look& look);  // of at least 40 columns

  const Look& look() const { return look_; }

  // Cut in the middle where it is wider than the page; the subtitle is wrapped below.
  void title(std::string_view text, std::string_view subtitle);

  // Written with the first line below it: a section without contents leaves no trace.
  void section(std::string_view heading);

  // "  label    value    note": values start in one column over the whole page, notes in one per run of
  // rows. A note that does not fit goes to the next line. Nothing is written for an empty value.
  void row(std::string_view label, std::string_view value, std::string_view note = "",
           Tone tone = Tone::kPlain);

  // `rows` have a cell per column. Where not all columns fit, the last of those with the smallest `keep` is
  // left out, and so on; the first never.
  void table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);

  // Wrapped, with `lead` before the first line and as many spaces before the others.
  void paragraph(std::string_view lead, std::string_view text, Tone tone = Tone::kPlain);

  void blank();
  void verbatim(std::string_view text);                              // indented, not wrapped: YAML
  void drawn_row(std::string_view label, std::string_view drawing);  // already painted, printed as it is

  // The whole page; it is empty afterwards.
  std::string text();

 private:
  struct RowText {
    std::string label, value, note;
    Tone tone;
  };
  void flush();
  void put(const RowText& row, std::size_t value_width);
  void line(std::string_view text);

  Look look_;
  std::string out_;
  std::string heading_;        // of a section that has no line yet
  std::vector<RowText> rows_;  // until their widths are known
};

}  // namespace aforo
