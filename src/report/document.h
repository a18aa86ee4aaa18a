// A Document: what a page says, without how it looks. Sections of rows, tables, bars, lists and pictures, in
// reading order; the one thing between a Record and a page of any medium.
//
// There is no width, colour or markup here: a maker (run_document.h and its like) may not know them, and a
// renderer (terminal.h) decides them alone. So a page for a terminal and one for a browser cannot differ in
// what they say. What a renderer may leave out: Chart and TimelineChart, where it cannot plot; Gap; columns of the least
// `keep`.
//
// Contents come from Records, hence from outside: a renderer makes every text safe for its medium. Empty
// means unknown: rows without a value and sections without blocks leave no trace on a page.
// Plain data with one owner; the member functions append and never fail.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "report/chart.h"
#include "report/value.h"

namespace aforo {

// "label    value    note". Value's tone is the row's.
struct LabelledValue {
  std::string label;
  std::string label_name{};  // a name behind the label, "device" + "nvme0n1"; may be cut where it is long
  Value value;
  Value note;  // short, about the value: "2.9 % came from the page cache"
};
struct Rows {
  std::vector<LabelledValue> rows;
};

enum class CellStyle {
  kText,
  kName,  // text that may be cut short where room is dear
  kBar,   // the cell's number, a fraction, is drawn; its text is not shown
};
struct Column {
  std::string heading;
  bool numbers = false;  // aligned at their last digit
  Tone tone = Tone::kPlain;
  int keep = 0;  // on a narrow page columns of the smallest go first, the last of them before the others
  CellStyle style = CellStyle::kText;
};
struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Value>> rows{};  // each with a cell per column; a cell may be unknown
  bool labels = false;  // the first column names rows as a LabelledValue's label does, in the same place
};

// Parts of a whole, one below the other.
struct Bar {
  std::string label;
  Value share;   // a fraction of the whole; its tone is the bar's
  Value amount;  // the same in its own unit; may be unknown
};
struct Bars {
  std::vector<Bar> bars;
};

// A paragraph. `depth` says under how much of what is above it belongs; 0 = the section itself.
struct Text {
  std::string text;
  Tone tone = Tone::kPlain;
  int depth = 0;
};

enum class ListStyle {
  kBullets,
  kWarnings,
  kSteps,    // numbered in their order: do this first
  kSources,  // numbered in their order: cited by [1], [2] above
  kRanks,    // numbered by each label: the rank that the table above gives it
  kReasons,  // "label: text"
  kTerms,    // labels in a column of their own, what is said of each beside it
  kFacts,    // likewise, the column narrow: a word or two, and a sentence on it
  kGains,    // labels are numbers in a column of their own
};
// Where a list may take so many lines only: what is below kNamed is left out before anything else is shortened, from
// kKept on all is kept, and kWhole is not even shortened before the rest.
inline constexpr int kNamed = 10, kKept = 100, kWhole = 101;
struct Item {
  Value label;  // for kRanks, kReasons, kTerms, kFacts and kGains
  std::string text;
  std::string below;    // a second paragraph, fainter
  std::string after{};  // goes with the text, and stays where that is shortened
  int keep = kKept;     // of the smallest clauses, then all, go first
};
struct List {
  ListStyle style = ListStyle::kBullets;
  std::vector<Item> items{};
  Tone tone = Tone::kPlain;
  int depth = 0;
  std::size_t most_lines =
      0;  // that it may take where 80 columns and more are; 0 = any. Clauses end at ';' and '.'.
};

// A number and how it comes about; what is unknown of that is empty.
struct ExplainedValue {
  std::string label;
  Value value;
  std::string formula, inputs, source;
};
struct Explained {
  std::vector<ExplainedValue> values;
};

// Text to be taken as it is, line by line: a file.
struct Code {
  std::string language;  // "yaml"
  std::string text;
};

struct Gap {};  // the blocks before and after are not to be read as one

using Block = std::variant<Rows, Table, Bars, Text, List, Explained, Code, Chart, TimelineChart, Gap>;

struct Section {
  std::string heading;  // empty: none
  std::vector<Block> blocks;
  bool evidence = false;  // stands below the answer, for who wants to know why
};

struct Document {
  std::vector<Value> title;     // short facts: "aforo run", the workload's name, "8 accelerators"
  std::vector<Value> subtitle;  // where, how, when
  std::vector<Section> sections;

  // Begins a section; what follows is appended to it. Without one, blocks go into a section without heading.
  void section(std::string_view heading);

  // To the rows just above, if the last block is rows. Nothing for an unknown value.
  void row(std::string_view label, Value value, Value note = {});
  void row(LabelledValue row);
  void append(Block block);  // nothing for a block without contents
};

}  // namespace aforo
