#include "generate/generate_space.h"

#include <fmt/format.h>
#include <sys/statfs.h>

#include <cerrno>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "storage/machine.h"

namespace aforo {
namespace {

double with_margin(double value) { return value * (1 + kSpaceMargin); }

}  // namespace

Space space_at(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::path at = fs::absolute(directory, ignored);
  struct statfs info {};
  while (::statfs(at.c_str(), &info) != 0) {
    const int error = errno;
    if (error != ENOENT || at == at.root_path()) {
      throw UserError(
          fmt::format("expected to ask the free space at {}, found {}", at.string(), describe_errno(error)));
    }
    at = at.parent_path();
  }
  Space space;
  space.filesystem = describe_filesystem(at.string()).type;
  const auto fragment = static_cast<std::uint64_t>(info.f_frsize > 0 ? info.f_frsize : info.f_bsize);
  space.free = {info.f_bavail * fragment};
  space.block = {fragment};
  if (info.f_files > 0) space.free_inodes = info.f_ffree;
  return space;
}

std::optional<std::string> why_not_fitting(const SpaceNeeded& needed, const Space& space,
                                           const std::string& directory) {
  const double bytes = with_margin(static_cast<double>(needed.bytes.value));
  if (bytes > static_cast<double>(space.free.value)) {
    return fmt::format(
        "expected {} free at {} ({}) for what is still to be written, found {}: free {} there, choose "
        "another "
        "directory or generate fewer samples",
        format_bytes({static_cast<std::uint64_t>(bytes)}), directory, space.filesystem,
        format_bytes(space.free), format_bytes({static_cast<std::uint64_t>(bytes) - space.free.value}));
  }
  const double inodes = std::ceil(with_margin(static_cast<double>(needed.inodes)));
  if (space.free_inodes && inodes > static_cast<double>(*space.free_inodes)) {
    return fmt::format(
        "expected {} free inodes at {} ({}), found {}: use another file system, or a packed layout such as "
        "tfrecord",
        format_count(inodes), directory, space.filesystem,
        format_count(static_cast<double>(*space.free_inodes)));
  }
  return std::nullopt;
}

}  // namespace aforo
