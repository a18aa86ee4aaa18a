#include "report/host_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/units.h"
#include "report/record_facts.h"
#include "report/view.h"

namespace aforo {
namespace {

constexpr std::size_t kNamedHosts = 4;  // chosen: a line's worth

const Json* hosts_of(const Json& record) {
  const Json* hosts = at(record, {"hosts"});
  return hosts != nullptr && hosts->is_array() && !hosts->empty() ? hosts : nullptr;
}

}  // namespace

void add_hosts_section(Document& doc, const Json& record) {
  const Json* hosts = hosts_of(record);
  if (hosts == nullptr) return;
  std::vector<const Json*> order;
  for (const Json& host : *hosts) order.push_back(&host);
  std::stable_sort(order.begin(), order.end(), [](const Json* a, const Json* b) {
    return number(*a, {"ready_seconds_mean"}).value_or(0) > number(*b, {"ready_seconds_mean"}).value_or(0);
  });
  Table table{{{""},
               {"ranks", true},
               {"AU", true},
               {"samples/s", true},
               {"load wait", true},
               {"for others", true},
               {"read p50", true},
               {"p99", true},
               {"CPU", true},
               {"cached", true},
               {"clock", true}},
              {},
              true};
  for (std::size_t i = 0; i < std::min(order.size(), kMostHosts); ++i) {
    const Json& host = *order[i];
    table.rows.push_back(
        {word(host, {"name"}), count_at(host, {"ranks"}), percent_at(host, {"au"}),
         per_second_at(host, {"samples_per_second"}), seconds_at(host, {"load_wait_seconds_mean"}),
         seconds_at(host, {"barrier_wait_seconds_mean"}), seconds_at(host, {"read_seconds", "p50"}),
         seconds_at(host, {"read_seconds", "p99"}), percent_at(host, {"cpu_share"}),
         percent_at(host, {"cache_share"}), seconds_at(host, {"clock_uncertainty_seconds"})});
  }
  doc.section("Hosts, the last to be ready first");
  doc.append(std::move(table));
  if (order.size() > kMostHosts)
    doc.append(Text{fmt::format("and {} more in the Record", order.size() - kMostHosts)});
  doc.row("slow", word(record, {"slow_host", "text"}));
  if (const auto rank = number(record, {"slow_rank", "rank"}))
    doc.row("slow rank", fmt::format("{:.0f} on {}", *rank, word(record, {"slow_rank", "host"})),
            followed_by(seconds_at(record, {"slow_rank", "behind_seconds"}),
                        " behind the others there in a step"));
}

void add_host_shares(Document& doc, const Json& record) {
  const Json* hosts = hosts_of(record);
  if (hosts == nullptr) return;
  struct Share {
    const char* word;
    Value (*value)(const Json&, Path);
    const char* key;
  };
  constexpr Share kShares[] = {{"ranks", count_at, "ranks"},
                               {"files", count_at, "files"},
                               {"files", count_at, "files_written"},
                               {"there already", count_at, "skipped_files"},
                               {"written", bytes_at, "bytes_written"},
                               {"read", bytes_at, "bytes_read"},
                               {"bandwidth", rate_at, "bytes_per_second"},
                               {"took", seconds_at, "seconds"},
                               {"writing", seconds_at, "write_seconds"},
                               {"restoring", seconds_at, "restore_seconds"},
                               {"CPU", seconds_at, "cpu_seconds"}};
  const std::size_t shown = std::min(hosts->size(), kMostHosts);
  Table table{{{""}}, {}, true};
  for (std::size_t i = 0; i < shown; ++i) table.rows.push_back({word((*hosts)[i], {"name"})});
  for (const Share& share : kShares) {
    const auto known = [&share](const Json& host) { return host.contains(share.key); };
    if (std::none_of(hosts->begin(), hosts->end(), known)) continue;
    table.columns.push_back({share.word, true});
    for (std::size_t i = 0; i < shown; ++i) table.rows[i].push_back(share.value((*hosts)[i], {share.key}));
  }
  doc.section("Hosts");
  doc.append(std::move(table));
  if (hosts->size() > shown)
    doc.append(Text{fmt::format("and {} more in the Record", hosts->size() - shown)});
  const auto missing = words(record, {"hosts_missing"});
  if (!missing.empty()) doc.row("nothing came from", join_known(missing, ", "));
}

std::string hosts_in_words(const Json& record) {
  const Json* hosts = hosts_of(record);
  if (hosts == nullptr) return "";
  std::vector<std::string> names;
  for (const Json& host : *hosts)
    if (names.size() < kNamedHosts) names.push_back(word(host, {"name"}));
  if (hosts->size() > kNamedHosts) names.push_back("...");
  std::string out = fmt::format("{}: {}", hosts->size(), join_known(names, ", "));
  const auto missing = words(record, {"hosts_missing"});
  if (!missing.empty()) out += "; without " + join_known(missing, ", ");
  const Value behind = seconds_at(record, {"slow_host", "behind_seconds"});
  if (behind.known())
    out += fmt::format(
        "; {} is {} behind in a step, by {}", word(record, {"slow_host", "name"}), behind.text,
        word(record, {"slow_host", "cause"}) == "host" ? "the host itself" : "its way to storage");
  return out;
}

}  // namespace aforo
