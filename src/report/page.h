// A page of text for people: title, sections of aligned rows, small tables, wrapped paragraphs.
//
// Built from top to bottom, taken once with text(). No line is wider than the look, except for a single
// longer word. Strings from outside are made printable here. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/look.h"

namespace aforo {

struct Column {
  std::string heading;
  bool right = false;  // numbers are aligned to the right
  Tone tone = Tone::kPlain;
  int keep = 0;  // where not all fit, columns of the smallest go first
};

class Page {
 public:
  explicit Page(const Look& look);

  const Look& look() const { return look_; }
  void title(std::string_view text, std::string_view subtitle);
  void section(
      std::string_view heading);  // written with its first row: a section without rows leaves no trace

  // "  label    value    note": values start in one column over the whole page, notes in one per section. A
  // note that does not fit goes to the next line. Nothing is written for an empty value.
  void row(std::string_view label, std::string_view value, std::string_view note = "",
           Tone tone = Tone::kPlain);

  // Where not all columns fit, the last of those with the smallest `keep` is left out, and so on; the first
  // never.
  void table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);

  // Wrapped, with `lead` before the first line and as many spaces before the others.
  void paragraph(std::string_view lead, std::string_view text, Tone tone = Tone::kPlain);

  void blank();
  void verbatim(std::string_view text);                              // indented, not wrapped: YAML
  void drawn_row(std::string_view label, std::string_view drawing);  // already painted, printed as it is

  std::string text();

 private:
  struct Row {
    std::string label, value, note;
    Tone tone;
  };
  void flush();
  void put(const Row& row, std::size_t value_width);
  void line(std::string_view text);

  Look look_;
  std::string out_;
  std::string heading_;    // of a section that has no row yet
  std::vector<Row> rows_;  // of the current section, until their widths are known
};

}  // namespace aforo
