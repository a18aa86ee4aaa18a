// The limits that an object store has and a file system has not.
#include <fmt/format.h>

#include <algorithm>

#include "measure/verdict_rules.h"

namespace aforo {
namespace {

// Chosen. An attempt that is throttled is followed by a pause of 25 ms on average, ten times what a small GET takes from
// a near store: from one in a hundred on, pauses are what readers wait for.
constexpr double kThrottled = 0.01;
// A server's restart or an idle connection that it closed is one of a few hundred.
constexpr double kDropped = 0.02;

std::string count_of(double part, double whole, const char* what) {
  return fmt::format("{} of {} {} ({})", format_count(part), format_count(whole), what,
                     format_percent(part / whole));
}

std::vector<std::string> fewer_requests(const Evidence& e) {
  return {"fewer, larger requests: samples in shards, read front to back" +
              (e.packed_layout.empty() ? "" : " (--set dataset.layout=" + e.packed_layout + ")"),
          "more prefixes, or a higher limit from whoever runs the store", "a cache in front of it"};
}

}  // namespace

std::optional<Finding> connection_limit(const Evidence& e) {
  if (!e.remote) return std::nullopt;
  const RemoteEvidence& r = *e.remote;
  const bool refused = r.connections > 0 && r.connections_failed >= kDropped * r.connections;
  const bool dropped = r.requests > 0 && r.reset >= kDropped * r.requests;
  if (!refused && !dropped) return std::nullopt;
  const std::string reason = refused
                                 ? count_of(r.connections_failed, r.connections, "connections were not taken")
                                 : count_of(r.reset, r.requests, "requests were closed without an answer");
  return Finding{
      Limit::kConnections,
      reason + ", " + au_clause(e),
      {"fewer connections: fewer workers, or --set loader.prefetch=1",
       "a higher limit of connections at the store, its load balancer or the gateway in between", ""},
      "fewer workers"};
}

std::optional<Finding> throttled(const Evidence& e) {
  if (!e.remote || e.remote->requests <= 0) return std::nullopt;
  const RemoteEvidence& r = *e.remote;
  if (r.throttled < kThrottled * r.requests) return std::nullopt;
  std::vector<std::string> advice = fewer_requests(e);
  const std::string flag = advice.front();
  return Finding{
      Limit::kRequestRate,
      "the store asked to slow down: " + count_of(r.throttled, r.requests, "requests") + ", " + au_clause(e),
      std::move(advice), flag};
}

std::optional<Finding> flat_requests(const Evidence& e) {
  if (!e.remote || !e.more_workers || e.remote->small_per_second <= 0) return std::nullopt;
  const double best =
      std::max({e.more_workers->samples_per_second, e.more_workers->baseline, e.samples_per_second});
  const double requests = best * e.remote->requests_per_sample;
  if (requests <= 0 || gain(e) >= kWorthwhile || e.remote->small_per_second >= kWorthwhile * requests)
    return std::nullopt;
  std::vector<std::string> advice = fewer_requests(e);
  const std::string flag = advice.front();
  return Finding{
      Limit::kRequestRate,
      fmt::format(
          "{} gain nothing at {} requests/s, and small pieces of the same objects come no faster ({}/s), {}",
          e.more_workers->change, format_count(requests), format_count(e.remote->small_per_second),
          au_clause(e)),
      std::move(advice), flag};
}

}  // namespace aforo
