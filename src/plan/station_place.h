// What a station of the results is in the storage file, and which limit it is when it is busy. Private to
// plan.
//
// Pure, no failure, any thread.
#pragma once

#include <string_view>

#include "measure/evidence.h"
#include "model/storage_spec.h"

namespace aforo {

// Points into the StorageSpec, which must outlive it.
struct StationPlace {
  const Station* station = nullptr;  // or, where there is none,
  const TierSpec* curves = nullptr;  // the tier whose curves it stands for
  bool client = false;  // of the hosts' own; of curves where they set the rate, as their user sees
};

// By the name that closed form and simulation give it: the station's own, or that of a tier with curves.
// Empty where the file has no such name.
StationPlace station_place(const StorageSpec& storage, std::string_view name);

// Of a station that is busy: the client's own are its cores and its network, all others the storage's.
Limit limit_at(const StationPlace& place);

}  // namespace aforo
