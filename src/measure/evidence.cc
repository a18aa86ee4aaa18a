#include "measure/evidence.h"

#include <fmt/format.h>

namespace aforo {

std::string to_string(Limit limit) {
  switch (limit) {
    case Limit::kNone:
      return "not limited";
    case Limit::kStorageBandwidth:
      return "storage bandwidth";
    case Limit::kStorageLatency:
      return "storage latency";
    case Limit::kMetadata:
      return "metadata";
    case Limit::kClientCpu:
      return "client CPU";
    case Limit::kNetwork:
      return "network";
    case Limit::kRequestRate:
      return "request rate limit";
    case Limit::kConnections:
      return "connection limit";
    case Limit::kLoaderSettings:
      return "loader settings";
    case Limit::kFewShards:
      return "too few shards";
    case Limit::kBarrierSkew:
      return "barrier skew";
    case Limit::kEpochStart:
      return "epoch start";
    case Limit::kCheckpoints:
      return "checkpoints";
    case Limit::kColdCache:
      return "cold cache";
    case Limit::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string lack_of_shards(const Readers& readers, std::uint32_t workers) {
  if (readers.now < workers)
    return fmt::format("only {} of {} workers {} a shard", readers.now, workers,
                       readers.now == 1 ? "has" : "have");
  return fmt::format("an accelerator has {} shard{}, and no more workers than that find one", readers.most,
                     readers.most == 1 ? "" : "s");
}

}  // namespace aforo
