#include "report/run_network.h"

#include <fmt/format.h>

#include "base/units.h"
#include "report/view.h"

namespace aforo {

std::string asked_over_network(const Json& record) {
  const auto each = number(record, {"requests", "per_sample"});
  if (!each) return {};
  double again = 0;
  for (const char* why : {"throttled", "failed", "reset", "truncated", "timed_out", "mismatched"})
    again += number(record, {"requests", "again", why}).value_or(0);
  const auto throttled = number(record, {"requests", "again", "throttled"});
  const auto first = seconds_at(record, {"requests", "first_byte_seconds", "mean"});
  const double wire = number(record, {"requests", "bytes_received_per_byte_wanted"}).value_or(1);
  return fmt::format("{:.3g} a sample over {} connections{}{}{}{}", *each,
                     count_at(record, {"requests", "connections"}).text,
                     wire >= 1.05 ? fmt::format("; {:.3g} bytes for each that was wanted", wire) : "",
                     again > 0 ? fmt::format("; {:.0f} sent again", again) : "",
                     throttled.value_or(0) > 0 ? fmt::format(", {:.0f} of them throttled", *throttled) : "",
                     first.known() ? fmt::format("; first byte after {} on average", first.text) : "");
}

// "$0.51 of requests an epoch at aws-s3-standard; $12.40 more where its bytes leave that cloud".
std::string store_cost(const Json& record) {
  const auto requests = number(record, {"store_cost", "requests_usd_per_epoch"});
  if (!requests) return {};
  const double retrieval = number(record, {"store_cost", "retrieval_usd_per_epoch"}).value_or(0);
  const auto dollars = [](double usd) {
    return usd < 0.005 ? std::string("less than a cent") : format_dollars(Dollars{usd});
  };
  std::string out = fmt::format("{} of requests an epoch at {}", dollars(*requests),
                                word(record, {"store_cost", "service"}));
  if (retrieval > 0) out += fmt::format(", {} of retrieval", dollars(retrieval));
  if (const auto egress = number(record, {"store_cost", "egress_usd_per_epoch"}); egress && *egress > 0)
    out += fmt::format("; {} more where its bytes leave that cloud", dollars(*egress));
  return out;
}

// Of a store that is read through a cache on this host's disk.
std::string from_local_cache(const Json& record) {
  const auto share = number(record, {"cache", "hit_share"});
  if (!share) return {};
  const auto many = [&](const char* key) { return number(record, {"cache", key}).value_or(0); };
  return fmt::format("{} from the cache; {} fetched into it, {:.0f} objects, {:.0f} evicted{}",
                     percent_at(record, {"cache", "hit_share"}).text,
                     bytes_at(record, {"cache", "bytes_fetched"}).text, many("objects_fetched"),
                     many("objects_evicted"),
                     many("passed") > 0 ? fmt::format("; {:.0f} reads passed it", many("passed")) : "");
}

}  // namespace aforo
