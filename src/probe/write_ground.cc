#include "probe/write_ground.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "base/error.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

constexpr std::string_view kMarker = "aforo-probe-writes.json";
constexpr std::string_view kMarkerText =
    "{\"aforo\": \"probe\", \"holds\": \"files that are written to measure it, and removed\"}\n";
constexpr std::string_view kPrefix = "writer-";

// A file system over a network or FUSE keeps a removed file by another name until the last who had it open has let go of
// it, which it may hear of late.
int remove_soon_empty(const std::string& place) {
  constexpr int kTries = 100;
  constexpr std::chrono::milliseconds kBetween{20};
  int error = remove_empty_place(place);
  for (int i = 0; i < kTries && error == ENOTEMPTY; ++i) {
    std::this_thread::sleep_for(kBetween);
    error = remove_empty_place(place);
  }
  return error;
}

}  // namespace

std::string WriteGround::file_of(unsigned writer) { return fmt::format("{}{:05}.bin", kPrefix, writer); }

WriteGround::WriteGround(const std::string& where)
    : where_(where),
      store_(open_directory(where, "the files of --writes")),
      made_(store_->places_to_make()),
      owned_(store_->own(kMarker)) {
  int error = owned_->replace_marker(kMarkerText);
  if (error == 0) error = remove_files();
  if (error != 0)
    throw UserError(fmt::format("expected to write in {}, found {}; name another place for --writes", where_,
                                describe_errno(error)));
}

WriteGround::WriteGround(const std::string& where, Beside)
    : where_(where),
      store_(open_directory(where, "the files of --writes")),
      owned_(store_->own_beside(kMarker)),
      is_ours_(false) {}

std::unique_ptr<WriteGround> WriteGround::beside(const std::string& where) {
  return std::unique_ptr<WriteGround>(new WriteGround(where, Beside{}));
}

WriteGround::~WriteGround() {
  try {
    if (owned_) remove();
  } catch (const std::exception&) {  // remove() says why, where it is called
  }
}

int WriteGround::remove_files() const {
  std::vector<std::string> names;
  store_->each_at_top([&](std::string_view name, EntryKind kind) {
    if (kind == EntryKind::kFile && name.starts_with(kPrefix)) names.emplace_back(name);
    return true;
  });
  int first = 0;
  for (const std::string& name : names)
    if (const int error = owned_->remove_file(name); error != 0 && first == 0) first = error;
  return first;
}

void WriteGround::remove() {
  if (!is_ours_) return owned_.reset();
  int error = remove_files();
  if (error == 0) error = owned_->remove_marker();
  owned_.reset();
  for (std::size_t i = made_.size(); i-- > 0 && error == 0;) error = remove_soon_empty(made_[i]);
  if (error != 0)
    throw UserError(fmt::format("expected to remove what was written in {}, found {}; remove it by hand",
                                where_, describe_errno(error)));
}

}  // namespace aforo
