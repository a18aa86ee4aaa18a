#include "probe/probe_config.h"

#include <algorithm>

namespace aforo {

Bytes chunk_written(const ProbeOptions& options) {
  // Both chosen: what most savers' come to, and more than any device needs.
  constexpr Bytes kChunk{std::uint64_t{8} << 20}, kLargestChunk{std::uint64_t{64} << 20};
  if (!options.workload || !options.workload->checkpoint.any()) return kChunk;
  return std::min(options.workload->checkpoint.chunk, kLargestChunk);
}

std::vector<ReadMode> modes_of(const ProbeOptions& options) {
  if (!options.modes.empty()) return options.modes;
  if (options.workload) return {options.workload->loader.read_mode};
  return {ReadMode::kBuffered, ReadMode::kDirect};
}

void add_probe_config(Json& record, const ProbeOptions& options, bool laid) {
  Json& config = record["config"];
  config["directory"] = options.directory;
  if (options.workload) {
    config["workload"] = options.workload->name;
    config["origin"] = options.workload->origin;
  }
  config["budget_seconds"] = options.budget.value;
  config["read"] = Json::array();
  for (const ReadMode mode : modes_of(options)) config["read"].push_back(to_string(mode));
  config["laid"] = laid;
  if (!options.writes.empty()) config["writes"] = options.writes;
}

}  // namespace aforo
