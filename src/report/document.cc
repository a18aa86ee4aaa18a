#include "report/document.h"

namespace aforo {
namespace {

struct HasContents {
  bool operator()(const Rows& b) const { return !b.rows.empty(); }
  bool operator()(const Table& b) const { return !b.columns.empty(); }
  bool operator()(const Bars& b) const { return !b.bars.empty(); }
  bool operator()(const Text&) const { return true; }
  bool operator()(const List& b) const { return !b.items.empty(); }
  bool operator()(const Explained& b) const { return !b.values.empty(); }
  bool operator()(const Code& b) const { return !b.text.empty(); }
  bool operator()(const Chart& b) const { return has_points(b); }
  bool operator()(const TimelineChart& b) const { return !b.rows.empty() && b.bins > 0 && !b.shares.empty(); }
  bool operator()(const Gap&) const { return true; }
};

}  // namespace

void Document::section(std::string_view heading) { sections.push_back({std::string(heading), {}}); }

void Document::row(std::string_view label, Value value, Value note) {
  row(LabelledValue{std::string(label), {}, std::move(value), std::move(note)});
}

void Document::row(LabelledValue row) {
  if (!row.value.known()) return;
  if (sections.empty()) section("");
  auto& blocks = sections.back().blocks;
  if (blocks.empty() || !std::holds_alternative<Rows>(blocks.back())) blocks.emplace_back(Rows{});
  std::get<Rows>(blocks.back()).rows.push_back(std::move(row));
}

void Document::append(Block block) {
  if (!std::visit(HasContents{}, block)) return;
  if (sections.empty()) section("");
  sections.back().blocks.push_back(std::move(block));
}

}  // namespace aforo
