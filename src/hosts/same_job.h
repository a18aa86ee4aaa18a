// What all commands over several hosts say where hosts are not of one mind.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "hosts/crew.h"
#include "pipeline/job.h"

namespace aforo {

// Throws UserError, at the first, where a part is absent: that host is gone.
inline void require_all(const Crew& crew, const Crew::Parts& parts) {
  for (std::uint32_t h = 0; h < parts.size(); ++h)
    if (!parts[h]) throw UserError(fmt::format("expected {} to answer, found it gone", crew.name(h)));
}

// As many of `all` as any other host, or one more: the first take what is left over, and the last have none where there are
// fewer than hosts.
inline Ranks block_of(std::uint32_t all, std::uint32_t host, std::uint32_t hosts) {
  const std::uint32_t each = all / hosts, more = all % hosts;
  return {host * each + std::min(host, more), each + (host < more ? 1 : 0), all};
}

// The same of this host. Throws UserError where one would have none; `what` is one of them ("an accelerator"), `advice` says what to do.
inline Ranks ranks_of_host(std::uint32_t all, const Crew& crew, std::string_view what,
                           std::string_view advice) {
  if (all < crew.hosts())
    throw UserError(fmt::format(
        "expected {} for each of the {} processes, found {}; start as many processes or fewer, {}", what,
        crew.hosts(), all, advice));
  return block_of(all, crew.host(), crew.hosts());
}

// A sentence: nothing came from these hosts (names). `now` says what to do.
inline std::string nothing_of(const std::vector<std::string>& missing, std::string_view now) {
  return fmt::format(
      "expected all processes to come to the end, found nothing of {}: it ended or was cut off; {}",
      join(missing, ", "), now);
}

// A sentence: `host` was given other words or another workload than the first.
inline std::string another_job(const Crew& crew, std::uint32_t host) {
  return fmt::format(
      "expected the same job on all hosts, found another on {} than on {}: the workload "
      "or an option differs; give every process the same words and files",
      crew.name(host), crew.name(0));
}

}  // namespace aforo
