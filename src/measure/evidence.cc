#include "measure/evidence.h"

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
    case Limit::kLoaderSettings:
      return "loader settings";
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

}  // namespace aforo
