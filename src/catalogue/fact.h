// Where a catalogue's figure comes from. Every row of data/catalogue has one; a row
// without it is refused. Outputs carry it along, so that a reader can tell what was
// measured from what was guessed.
#pragma once

#include <string>
#include <string_view>

namespace aforo {

// How much the figure may be trusted, most first but for kGiven.
enum class FactKind {
  // By somebody, on the thing itself.
  kMeasured,
  // A data sheet, a price list, a standard.
  kPublished,
  // Recalled, scaled or a rule of thumb: marked in every output that uses it.
  kEstimated,
  kGiven,  // by the user, on this command line or in a file of theirs
};
// "measured", "published", "estimated", "given".
std::string_view to_string(FactKind kind);

// One row's origin; it holds for every figure of the row.
struct Fact {
  FactKind kind = FactKind::kEstimated;
  // For a person to look up: a document's title, an address, or how it was
  // estimated. Not empty in shipped rows.
  std::string source;
  // Of the data, not of finding them: "2026-09" or "2024"; a quarter is its last month, "2025-Q2"
  // is written "2025-06". Empty only where the user gave none.
  std::string date;
  bool operator==(const Fact&) const = default;
};

}  // namespace aforo
