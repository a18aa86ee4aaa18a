#include "model/storage_spec.h"

#include <array>

namespace aforo {
namespace {

constexpr std::array<std::string_view, 3> kReads = {"file", "range", "stream"};
constexpr std::array<std::string_view, 6> kStations = {"metadata",  "latency", "requests",
                                                       "bandwidth", "disk",    "cpu"};
constexpr std::array<std::string_view, 2> kScopes = {"shared", "host"};
constexpr std::array<std::string_view, 4> kPolicies = {"pinned", "lru", "random", "page-cache"};

}  // namespace

std::string_view to_string(ReadKind kind) { return kReads.at(static_cast<std::size_t>(kind)); }
std::string_view to_string(StationKind kind) { return kStations.at(static_cast<std::size_t>(kind)); }
std::string_view to_string(StationScope scope) { return kScopes.at(static_cast<std::size_t>(scope)); }
std::string_view to_string(CachePolicy policy) { return kPolicies.at(static_cast<std::size_t>(policy)); }

}  // namespace aforo
