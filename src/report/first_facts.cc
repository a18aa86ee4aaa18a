#include "report/first_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aforo {
namespace {

constexpr std::size_t kMostLines = 22;  // of 24: the title and the gap below it have the others

}  // namespace

void FirstFacts::add(std::string_view label, std::string text, int keep, Tone tone, std::string after) {
  if (text.empty()) return;
  Value words(label);
  words.tone = tone;
  facts_.items.push_back({words, std::move(text), {}, std::move(after), keep});
}

void FirstFacts::add_first(std::string_view label, const std::vector<std::string>& texts, int keep, Tone tone,
                           std::size_t most) {
  const std::size_t shown = std::min(texts.size(), most);
  for (std::size_t i = 0; i < shown; ++i) {
    const bool more = i + 1 == shown && texts.size() > shown;
    add(i == 0 ? label : "", texts[i], keep, tone,
        more ? fmt::format(" (and {} more)", texts.size() - shown) : std::string());
  }
}

List FirstFacts::take(PageExtent extent) {
  facts_.most_lines = extent == PageExtent::kAll ? 0 : kMostLines;
  return std::exchange(facts_, List{ListStyle::kFacts});
}

}  // namespace aforo
