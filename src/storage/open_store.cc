#include "storage/open_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "storage/posix/owned_directory.h"
#include "storage/posix/posix_store.h"
#include "storage/s3/s3_store.h"

namespace aforo {
namespace {

// "s3" of "s3://bucket/prefix"; empty where there is no scheme.
std::string_view scheme_of(std::string_view where) {
  const std::size_t end = where.find("://");
  if (end == where.npos || end == 0) return {};
  const std::string_view scheme = where.substr(0, end);
  const bool plain = std::all_of(scheme.begin(), scheme.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '+' || c == '-' || c == '.';
  });
  return plain ? scheme : std::string_view{};
}

}  // namespace

std::unique_ptr<Store> open_store(const std::string& where, const RemoteAccess& access) {
  const std::string scheme(scheme_of(where));
  if (scheme == "s3") return open_s3_store(where, access);
  if (!scheme.empty())
    throw UserError("expected a directory or s3://BUCKET/PREFIX, found '" + where +
                    "': aforo knows no storage called '" + scheme + "'");
  if (access.said())
    throw UserError(
        "expected s3://BUCKET/PREFIX beside --endpoint, --region, --profile or --bucket-style, found the directory '" +
        where + "'; leave them out");
  return std::make_unique<PosixStore>(where);
}

std::unique_ptr<Store> open_directory(const std::string& where, std::string_view what) {
  if (is_remote(where))
    throw UserError(fmt::format(
        "expected a directory for {}, found '{}': aforo writes nothing but datasets into buckets; name a directory, or "
        "a mount of the bucket",
        what, where));
  return open_store(where);
}

bool is_remote(const std::string& where) { return scheme_of(where) == "s3"; }

std::string place_below(const std::string& where, std::string_view name) {
  return where + (where.ends_with('/') ? "" : "/") + std::string(name);
}

bool lies_within(const std::string& place, const std::string& other) {
  namespace fs = std::filesystem;
  if (is_remote(place) != is_remote(other)) return false;
  if (is_remote(place)) return place_below(place, "").starts_with(place_below(other, ""));
  const auto resolved = [](const std::string& path) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    const fs::path out = fs::weakly_canonical(absolute, error);
    const fs::path known = error ? absolute.lexically_normal() : out;
    return known.has_filename() ? known : known.parent_path();
  };
  const fs::path below = resolved(place), above = resolved(other);
  return std::mismatch(above.begin(), above.end(), below.begin(), below.end()).first == above.end();
}

int remove_empty_place(const std::string& where) {
  return is_remote(where) ? 0 : remove_empty_directory(where);
}

}  // namespace aforo
