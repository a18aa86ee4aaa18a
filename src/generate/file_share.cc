#include "generate/file_share.h"

#include <algorithm>

namespace aforo {

std::uint64_t files_per_claim(const GeneratedLayout& layout) {
  // Chosen: what a kill leaves to be compared, against one claim per so many bytes. 1000
  // bounds it where files are tiny.
  constexpr std::uint64_t kClaimBytes = 8 << 20;
  const std::uint64_t mean = layout.stored_bytes() / std::max<std::uint64_t>(layout.files(), 1);
  return std::clamp<std::uint64_t>(kClaimBytes / std::max<std::uint64_t>(mean, 1), 1, 1000);
}

FileShare share_of(const GeneratedLayout& layout, std::uint32_t host, std::uint32_t hosts) {
  // How often each host is dealt to, at least, where there is so much to deal. Chosen: the last one gets an eighth less
  // at worst.
  constexpr std::uint64_t kDeals = 8;
  // Files of a directory that is dealt as a whole, at most. Chosen: with more, hosts that end in the middle leave as many
  // for a resumption to compare.
  constexpr std::uint64_t kMostTogether = 1000;
  if (hosts <= 1) return {};
  const std::uint64_t even = std::max<std::uint64_t>(layout.files() / (kDeals * hosts), 1);
  const std::uint64_t together = layout.directories() > 0 ? layout.spec().files_per_directory : 0;
  if (together > 0 && together <= std::min(even, kMostTogether)) return {together, host, hosts};
  return {std::min(files_per_claim(layout), even), host, hosts};
}

}  // namespace aforo
