// One declaration per key of storage.yaml: reading, bounds, writing and
// documentation all come from here.
//
// Internal to the room. Thread-safe: schemas are built once, at first use, and never changed;
// they live as long as the program. Failure everywhere: UserError "FILE:LINE: path.to.key:
// expected ..., found ...".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/storage_spec.h"
#include "model/yaml_schema.h"

namespace aforo {

// What each sort of mapping in the file may hold.
const Schema<Station>& station_schema();
const Schema<CurvePoint>& point_schema();
const Schema<ReadCurve>& curve_schema();
const Schema<WritePoint>& write_point_schema();
const Schema<WriteMix>& write_mix_schema();
const Schema<WriteCurve>& write_schema();
const Schema<TierSpec>& tier_schema();
const Schema<CacheSpec>& cache_schema();
const Schema<StoragePrice>& price_schema();
const Schema<ProbedClient>& probed_client_schema();
const Schema<ProbedPlace>& probed_place_schema();
// Of the keys below `probed`.
const Schema<StorageSpec>& probed_schema();
const Schema<StorageSpec>& storage_schema();

// A list of stations; those without a name are called by their kind, after the `owner` if there
// is one. `scope` is theirs unless they say otherwise. Throws UserError, also for a name that
// the file already has.
std::vector<Station> read_stations(const YamlNode& node, StationScope scope, std::string_view owner,
                                   const Where& where);
// As a block sequence that read_stations takes back; "" of none. `scope` is left out
// where it is the same.
std::string write_stations(const std::vector<Station>& stations, StationScope scope);
// A list of curves, no two of one read, mode, source and size; points by rising concurrency, none
// collapsed (kCollapsed). Throws UserError.
std::vector<ReadCurve> read_curves(const YamlNode& node, const Where& where);
std::string write_curves(const std::vector<ReadCurve>& curves);
// What read_curves refuses of curves that are there, but for the bounds of single values: "" or what is
// wrong first. The same rules, and the same words.
std::string check_curves(const std::vector<ReadCurve>& curves);

// A list of write curves, no two of one mode and sync; points by rising writers, none collapsed. Throws UserError.
std::vector<WriteCurve> read_write_curves(const YamlNode& node, const Where& where);
std::string write_write_curves(const std::vector<WriteCurve>& curves);
// As check_curves.
std::string check_write_curves(const std::vector<WriteCurve>& curves);

// A tier that is described at the top of the file rather than under `tiers`.
inline constexpr std::string_view kOnlyTier = "storage";

// "" or the half sentence. Does something say how storage itself answers: a station, or a curve
// that is not the page cache's?
std::string check_tier(const TierSpec& tier);

}  // namespace aforo
