// Where a catalogue's figure comes from. Every row of data/catalogue has one; a row without it is refused.
#pragma once

#include <string>
#include <string_view>

namespace aforo {

enum class FactKind {
  kMeasured,   // by somebody, on the thing itself
  kPublished,  // a data sheet, a price list, a standard
  kEstimated,  // recalled, scaled or a rule of thumb: marked in every output that uses it
  kGiven,      // by the user, on this command line or in a file of theirs
};
std::string_view to_string(FactKind kind);  // "measured", "published", "estimated", "given"

struct Fact {
  FactKind kind = FactKind::kEstimated;
  std::string source;
  std::string date;  // of the data, not of finding them: "2026-09", "2025-Q2" is written "2025-06", "2024"
  bool operator==(const Fact&) const = default;
};

}  // namespace aforo
