#include "report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/bar.h"
#include "report/document_of.h"
#include "report/fit_facts.h"
#include "report/page.h"

namespace aforo {
namespace {

// All chosen, for lines of 80 to 120 columns.
constexpr std::size_t kLongestPath = 48;  // beside other facts, so that they keep to one line of 120
constexpr std::size_t kLongestLabel = 32, kLabel = Page::kLabel - 2;  // of a table's rows
constexpr std::size_t kShortName = 18, kCellBar = 16;                 // of a name and a bar in a table
constexpr std::size_t kTerm = 31, kFact = 10,
                      kGain = 13;       // "cloud object store + local NVMe", "next best", " +28.6 points"
constexpr double kLeastDrawn = 0.0005;  // less reads as 0.0 %

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t i = text.find(from); i != std::string::npos; i = text.find(from, i + to.size()))
    text.replace(i, from.size(), to);
}

class TerminalPage {
 public:
  explicit TerminalPage(const Look& look) : page_(look), look_(page_.look()) {}

  std::string draw(const Document& document) {
    page_.title(facts(document.title), facts(document.subtitle));
    for (const Section& section : document.sections) {
      page_.section(shown(section.heading));
      for (const Block& block : section.blocks) std::visit([&](const auto& b) { draw(b); }, block);
    }
    return page_.text();
  }

 private:
  // Safe to print, and in the characters that this terminal has.
  std::string shown(std::string_view text) const {
    std::string out = printable(text);
    if (look_.unicode) return out;
    replace_all(out, kBetweenFacts, " - ");
    replace_all(out, kBetweenEnds, " - ");
    return out;
  }

  std::string cut(std::string_view text, std::size_t columns) const {
    return shorten(shown(text), columns, look_.unicode);
  }

  std::string facts(const std::vector<Value>& values) const {
    const bool alone =
        std::count_if(values.begin(), values.end(), [](const Value& v) { return v.known(); }) < 2;
    std::vector<std::string> texts;
    for (const Value& value : values)
      texts.push_back(value.unit == Unit::kPath ? cut(value.text, alone ? look_.width : kLongestPath)
                                                : shown(value.text));
    return shown(join_known(texts, kBetweenFacts));
  }

  void draw(const Rows& block) {
    for (const LabelledValue& row : block.rows) {
      std::string label = shown(row.label);
      if (!row.label_name.empty()) {
        label += " ";
        const std::size_t used = display_width(label) + 1;  // a column stays free before the value
        label += cut(row.label_name, Page::kLabel - std::min(used, Page::kLabel));
      }
      page_.row(label, shown(row.value.text), shown(row.note.text), row.value.tone);
    }
  }

  std::string cell(const Table& table, std::size_t column, const Value& value) const {
    switch (table.columns[column].style) {
      case CellStyle::kBar:
        return draw_bar({{value.number.value_or(0), "█", '#', Tone::kPlain}}, kCellBar,
                        Look{look_.width, false, look_.unicode});
      case CellStyle::kName:
        return cut(value.text, kShortName);
      case CellStyle::kText:
        break;
    }
    if (table.labels && column == 0) return pad_right(cut(value.text, kLongestLabel), kLabel);
    return shown(value.text);
  }

  void draw(const Table& table) {
    std::vector<std::vector<std::string>> rows;
    for (const std::vector<Value>& row : table.rows) {
      rows.emplace_back();
      for (std::size_t c = 0; c < table.columns.size(); ++c)
        rows.back().push_back(c < row.size() ? cell(table, c, row[c]) : std::string());
    }
    page_.table(table.columns, rows);
  }

  void draw(const Bars& block) {
    const std::size_t columns = look_.width < 64 ? 10 : std::min<std::size_t>(look_.width - 52, 50);
    for (const Bar& bar : block.bars) {
      const double share = bar.share.number.value_or(0);
      std::string text = pad_left(bar.share.text, 7);  // "100.0 %"
      if (share >= kLeastDrawn) {
        const auto cells = static_cast<std::size_t>(std::lround(share * static_cast<double>(columns)));
        text += "  " +
                draw_bar({{1, "█", '#', bar.share.tone}}, std::clamp<std::size_t>(cells, 1, columns), look_);
        if (bar.amount.known()) text += "  " + paint(shown(bar.amount.text), Tone::kFaint, look_);
      }
      page_.drawn_row(shown(bar.label), text);
    }
  }

  void draw(const Text& text) {
    page_.paragraph(std::string(indent(text.depth), ' '), shown(text.text), text.tone);
  }

  static std::size_t indent(int depth) { return 2 * static_cast<std::size_t>(std::max(depth, 0)); }

  std::string lead(const List& list, std::size_t place) const {
    const std::string label = shown(list.items[place].label.text);
    switch (list.style) {
      case ListStyle::kBullets:
        return "- ";
      case ListStyle::kWarnings:
        return "! ";
      case ListStyle::kSteps:
        return fmt::format("{}. ", place + 1);
      case ListStyle::kSources:
        return fmt::format("[{}] ", place + 1);
      case ListStyle::kRanks:
        return "  " + pad_left(label, 2) + "  ";
      case ListStyle::kReasons:
        return "  " + label + ": ";
      case ListStyle::kTerms:
        return "  " + pad_right(label, kTerm) + "  ";
      case ListStyle::kFacts:
        return pad_right(label, kFact) + "  ";
      case ListStyle::kGains:
        return pad_left(label, kGain) + "  ";
    }
    return "";
  }

  // In this terminal's characters, and its lines where they are counted.
  List fitting(List list) const {
    constexpr std::size_t kColumns = 80, kBeforeAll = 2;  // chosen; as Page indents
    for (Item& item : list.items)
      for (std::string* text : {&item.text, &item.below, &item.after}) *text = shown(*text);
    if (list.most_lines == 0 || list.items.empty()) return list;
    const std::size_t before = kBeforeAll + indent(list.depth) + display_width(lead(list, 0));
    const std::vector<std::string> texts = fit_facts(list, std::max(look_.width, kColumns) - before);
    for (std::size_t i = 0; i < texts.size(); ++i) list.items[i].text = texts[i];
    std::erase_if(list.items, [](const Item& item) { return item.text.empty(); });
    return list;
  }

  void draw(const List& whole) {
    const List list = fitting(whole);
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const std::string start = std::string(indent(list.depth), ' ') + lead(list, i);
      const Tone own = list.items[i].label.tone;
      page_.paragraph(start, list.items[i].text, own == Tone::kPlain ? list.tone : own);
      if (!list.items[i].below.empty())
        page_.paragraph(std::string(display_width(start), ' '), list.items[i].below, Tone::kFaint);
    }
  }

  void draw(const Explained& block) {
    std::size_t width = 0;
    for (const ExplainedValue& one : block.values) width = std::max(width, display_width(shown(one.label)));
    for (const ExplainedValue& one : block.values) {
      page_.paragraph(pad_right(shown(one.label), width) + "  ", shown(one.value.text), Tone::kStrong);
      for (const auto& [start, part] :
           {std::pair{"  = ", &one.formula}, {"  = ", &one.inputs}, {"  from ", &one.source}})
        if (!part->empty()) page_.paragraph(start, shown(*part), Tone::kFaint);
    }
  }

  void draw(const Code& code) { page_.verbatim(code.text); }
  void draw(const Chart&) {}
  void draw(const TimelineChart&) {}
  void draw(const Gap&) { page_.blank(); }

  Page page_;
  const Look& look_;
};

}  // namespace

std::string to_terminal(const Document& document, const Look& look) {
  return TerminalPage(look).draw(document);
}

std::string render(const Json& record, const Look& look) { return to_terminal(document_of(record), look); }

}  // namespace aforo
