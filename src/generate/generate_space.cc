#include "generate/generate_space.h"

#include <fmt/format.h>

#include <cmath>

namespace aforo {
namespace {

double with_margin(double value) { return value * (1 + kSpaceMargin); }

}  // namespace

Space space_at(const Store& store) {
  const StoreSpace found = store.space();
  return {store.info().type, found.free, found.block, found.free_files};
}

std::optional<std::string> why_not_fitting(const SpaceNeeded& needed, const Space& space,
                                           const std::string& directory, LayoutKind packed) {
  const double bytes = with_margin(static_cast<double>(needed.bytes.value));
  if (bytes > static_cast<double>(space.free.value)) {
    return fmt::format(
        "expected {} free at {} ({}) for what is still to be written, found {}: free {} there, "
        "choose another directory or generate fewer samples",
        format_bytes({static_cast<std::uint64_t>(bytes)}), directory, space.filesystem,
        format_bytes(space.free), format_bytes({static_cast<std::uint64_t>(bytes) - space.free.value}));
  }
  const double inodes = std::ceil(with_margin(static_cast<double>(needed.inodes)));
  if (space.free_inodes && inodes > static_cast<double>(*space.free_inodes)) {
    return fmt::format(
        "expected {} free inodes at {} ({}), found {}: use another file system, "
        "or a packed layout such as {}",
        format_count(inodes), directory, space.filesystem,
        format_count(static_cast<double>(*space.free_inodes)), to_string(packed));
  }
  return std::nullopt;
}

}  // namespace aforo
