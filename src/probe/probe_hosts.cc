#include "probe/probe_hosts.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "probe/probe_window.h"

namespace aforo {
namespace {

// Of `all` what place `i` of `places` has.
unsigned even_part(unsigned all, unsigned i, unsigned places) {
  return all / places + (i < all % places ? 1 : 0);
}

}  // namespace

ProbeHosts::ProbeHosts(const std::vector<std::string>& machines) {
  std::vector<std::string> known;
  for (const std::string& machine : machines) {
    const auto at = std::find(known.begin(), known.end(), machine);
    const auto host = static_cast<unsigned>(at - known.begin());
    if (at == known.end()) {
      known.push_back(machine);
      processes_of_.push_back(0);
    }
    host_of_.push_back(host);
    ++processes_of_[host];
  }
}

unsigned HostGroup::place_of(unsigned process) const {
  unsigned place = 0;
  for (unsigned p = 0; p < process; ++p) place += holds(p) ? 1 : 0;
  return place;
}

unsigned HostGroup::readers_of(unsigned process, unsigned readers) const {
  if (!holds(process)) return 0;
  const unsigned host = hosts_.host_of(process);
  unsigned place = 0;  // among the processes of its host
  for (unsigned p = 0; p < process; ++p) place += hosts_.host_of(p) == host ? 1 : 0;
  return even_part(even_part(readers, host, hosts()), place, hosts_.processes_of(host));
}

unsigned HostGroup::most_readers(std::span<const unsigned> most) const {
  std::uint64_t all = std::numeric_limits<unsigned>::max();
  for (unsigned p = 0; p < hosts_.processes(); ++p)
    if (holds(p))
      all = std::min(all, std::uint64_t{most[p]} * hosts_.processes_of(hosts_.host_of(p)) * hosts());
  return static_cast<unsigned>(all);
}

std::vector<Usage> used_by_host(const ProbeHosts& hosts, std::span<const HostWindow> seen) {
  std::vector<std::optional<Usage>> found(hosts.hosts());
  for (unsigned p = 0; p < seen.size(); ++p) {
    if (seen[p].readers == 0) continue;
    std::optional<Usage>& used = found[hosts.host_of(p)];
    if (used)
      take_in_process(*used, seen[p].used);
    else
      used = seen[p].used;
  }
  std::vector<Usage> out;
  for (const std::optional<Usage>& used : found) out.push_back(used.value_or(Usage{}));
  return out;
}

RawWindow joined(unsigned readers, const ProbeHosts& hosts, std::span<const HostWindow> seen,
                 std::span<const Seconds> offsets) {
  RawWindow all;
  all.readers = readers;
  all.until = Seconds{std::numeric_limits<double>::infinity()};
  Seconds begin{-std::numeric_limits<double>::infinity()};  // when the last of them did
  bool compressed = false;
  for (unsigned p = 0; p < seen.size(); ++p) {
    if (seen[p].readers == 0) continue;
    const RawWindow& part = seen[p].window;
    begin = std::max(begin, (part.from - part.until * kRamp) / (1 - kRamp) - offsets[p]);
    all.until = std::min(all.until, part.until - offsets[p]);
    for (const RawOperation& op : part.operations)
      all.operations.push_back({op.begin - offsets[p], op.end - offsets[p], op.bytes});
    all.operations_in_all += part.operations_in_all;
    all.bytes_in_all += part.bytes_in_all;
    compressed = compressed || seen[p].compressed;
  }
  all.until = std::max(all.until, begin);
  all.from = begin + (all.until - begin) * kRamp;
  const std::vector<Usage> by_host = used_by_host(hosts, seen);
  std::optional<Usage> used;
  for (unsigned h = 0; h < by_host.size(); ++h) {
    if (!(by_host[h].wall > Seconds{0})) continue;
    if (used)
      take_in_host(*used, by_host[h]);
    else
      used = by_host[h];
  }
  count_usage(all, used.value_or(Usage{}), compressed);
  return all;
}

}  // namespace aforo
