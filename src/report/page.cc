#include "report/page.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"

namespace aforo {
namespace {

// All chosen, for pages of 80 to 120 columns.
constexpr std::size_t kIndent = 2;
constexpr std::size_t kMostValue = 30;  // a longer value does not push the notes of the others away
constexpr std::string_view kGap = "  ";

std::vector<std::size_t> widths_of(const std::vector<Column>& columns,
                                   const std::vector<std::vector<std::string>>& rows, std::size_t most) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::size_t width = display_width(columns[c].heading);
    for (const auto& row : rows) width = std::max(width, display_width(printable(row.at(c))));
    widths.push_back(std::min(width, most));
  }
  return widths;
}

// Indices of the columns that fit: the last of the least kept go first, the first column never.
std::vector<std::size_t> fitting(const std::vector<Column>& columns, const std::vector<std::size_t>& widths,
                                 std::size_t most) {
  std::vector<std::size_t> out(columns.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  const auto used = [&] {
    std::size_t sum = 0;
    for (const std::size_t c : out) sum += widths[c] + kGap.size();
    return sum - kGap.size();
  };
  while (out.size() > 1 && used() > most) {
    auto least = out.begin() + 1;
    for (auto c = least; c != out.end(); ++c)
      if (columns[*c].keep <= columns[*least].keep) least = c;
    out.erase(least);
  }
  return out;
}

}  // namespace

Page::Page(const Look& look) : look_(look) { look_.width = std::max<std::size_t>(look_.width, 40); }

void Page::line(std::string_view text) {
  if (!heading_.empty()) {
    out_.append(out_.empty() ? "" : "\n").append(paint(heading_, Tone::kStrong, look_)).append("\n");
    heading_.clear();
  }
  const std::size_t end = text.find_last_not_of(' ');
  out_.append(text.substr(0, end == std::string_view::npos ? 0 : end + 1)).append("\n");
}

void Page::title(std::string_view text, std::string_view subtitle) {
  const std::string shown = shorten(printable(text), look_.width, look_.unicode);
  line(paint(shown, Tone::kStrong, look_));
  if (subtitle.empty()) return;
  for (const std::string& part : wrap(printable(subtitle), look_.width))
    line(paint(part, Tone::kFaint, look_));
}

void Page::section(std::string_view heading) {
  flush();
  heading_ = heading;
}

void Page::blank() {
  flush();
  out_ += "\n";
}

void Page::row(std::string_view label, std::string_view value, std::string_view note, Tone tone) {
  if (value.empty()) return;
  rows_.push_back({std::string(label), printable(value), printable(note), tone});
}

void Page::drawn_row(std::string_view label, std::string_view drawing) {
  flush();
  line(std::string(kIndent, ' ') + pad_right(label, kLabel) + std::string(drawing));
}

void Page::flush() {
  std::size_t value_width = 0;
  for (const RowText& row : rows_) {
    if (!row.note.empty()) value_width = std::max(value_width, display_width(row.value));
  }
  for (const RowText& row : rows_) put(row, std::min(value_width, kMostValue));
  rows_.clear();
}

void Page::put(const RowText& row, std::size_t value_width) {
  const std::size_t column = kIndent + kLabel;
  const std::string space(column, ' ');
  std::string label = std::string(kIndent, ' ') + pad_right(row.label, kLabel);
  if (display_width(row.label) >= kLabel) label += kGap;
  if (display_width(label) > column && display_width(label) + display_width(row.value) > look_.width) {
    line(label);
    label = space;
  }
  const std::size_t start = display_width(label);
  const std::string padded = row.note.empty() ? row.value : pad_right(row.value, value_width);
  const std::size_t before_note = start + display_width(padded) + kGap.size();
  const bool note_fits = before_note + display_width(row.note) <= look_.width;
  const std::vector<std::string> lines = wrap(row.value, look_.width - start);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string text = (i == 0 ? label : space) + paint(lines[i], row.tone, look_);
    if (i == 0 && note_fits && !row.note.empty()) {
      text += std::string(display_width(padded) - display_width(row.value), ' ');
      text.append(kGap).append(paint(row.note, Tone::kFaint, look_));
    }
    line(text);
  }
  if (note_fits || row.note.empty()) return;
  for (const std::string& part : wrap(row.note, look_.width - column)) {
    line(space + paint(part, Tone::kFaint, look_));
  }
}

void Page::table(const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
  flush();
  if (columns.empty()) return;
  const std::size_t most = look_.width - kIndent;
  const std::vector<std::size_t> widths = widths_of(columns, rows, most);
  const std::vector<std::size_t> shown = fitting(columns, widths, most);
  const auto print = [&](auto cell, bool heading) {
    std::string text(kIndent, ' ');
    for (const std::size_t c : shown) {
      if (c != shown.front()) text += kGap;
      const std::string part = shorten(printable(cell(c)), widths[c], look_.unicode);
      const bool last = c == shown.back() && !columns[c].numbers;
      const std::string padded = columns[c].numbers ? pad_left(part, widths[c])
                                 : last             ? part
                                                    : pad_right(part, widths[c]);
      text += paint(padded, heading ? Tone::kFaint : columns[c].tone, look_);
    }
    line(text);
  };
  print([&](std::size_t c) { return columns[c].heading; }, true);
  for (const auto& row : rows) print([&](std::size_t c) { return row[c]; }, false);
}

void Page::paragraph(std::string_view lead, std::string_view text, Tone tone) {
  flush();
  const std::size_t indent = kIndent + display_width(lead);
  bool first = true;
  for (const std::string& part : wrap(printable(readable_sentence(text)), look_.width - indent)) {
    const std::string start =
        first ? std::string(kIndent, ' ') + std::string(lead) : std::string(indent, ' ');
    line(paint(start + part, tone, look_));
    first = false;
  }
}

void Page::verbatim(std::string_view text) {
  flush();
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    line(std::string(kIndent, ' ') + printable(text.substr(0, end)));
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
}

std::string Page::text() {
  flush();
  return std::move(out_);
}

}  // namespace aforo
