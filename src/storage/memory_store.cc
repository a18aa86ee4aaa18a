#include "storage/memory_store.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "storage/beneath.h"

namespace aforo {
namespace {

class MemoryFile final : public StoreFile {
 public:
  explicit MemoryFile(const std::vector<std::byte>& content) : content_(content) {}
  std::uint64_t size() const override { return content_.size(); }
  tl::expected<std::size_t, int> read(std::uint64_t offset, std::span<std::byte> buffer) override {
    const auto from = std::min<std::uint64_t>(offset, content_.size());
    const auto part =
        std::span(content_).subspan(from, std::min<std::uint64_t>(buffer.size(), content_.size() - from));
    std::copy(part.begin(), part.end(), buffer.begin());
    return part.size();
  }

 private:
  const std::vector<std::byte>& content_;
};

bool has_below(const MemoryFiles& files, const std::string& directory) {
  const auto next = files.lower_bound(directory + "/");
  return next != files.end() && next->first.starts_with(directory + "/");
}

tl::expected<std::unique_ptr<StoreFile>, int> open_in(const MemoryFiles& files, std::string_view name) {
  if (const auto found = files.find(name); found != files.end())
    return std::make_unique<MemoryFile>(found->second);
  return tl::unexpected(has_below(files, std::string(name)) ? EISDIR : ENOENT);
}

class OwnedMemory final : public Owned {
 public:
  OwnedMemory(MemoryFiles& files, std::string_view marker, std::shared_ptr<std::atomic<bool>> held)
      : files_(files), marker_(marker), held_(std::move(held)) {}
  OwnedMemory(const OwnedMemory&) = delete;
  OwnedMemory& operator=(const OwnedMemory&) = delete;
  ~OwnedMemory() override { *held_ = false; }

  EngineChoice engine(EngineKind kind, const EngineOptions&) const override {
    return {make_writable_memory_engine(files_), kind, ""};
  }
  StoreEntry look(const std::string& name) const override {
    if (const auto found = files_.find(name); found != files_.end())
      return {EntryKind::kFile, found->second.size()};
    return {has_below(files_, name) ? EntryKind::kDirectory : EntryKind::kNothing, 0};
  }
  tl::expected<std::unique_ptr<StoreFile>, int> open(const std::string& name) const override {
    return open_in(files_, name);
  }
  int make_way(const std::string& name) const override { return stays_beneath(name) ? 0 : EXDEV; }
  int remove_file(const std::string& name) const override {
    if (!stays_beneath(name)) return EXDEV;
    if (has_below(files_, name)) return EISDIR;
    files_.erase(name);
    return 0;
  }
  int remove_directory(const std::string& name) const override {
    if (!stays_beneath(name)) return EXDEV;
    return has_below(files_, name) ? ENOTEMPTY : files_.contains(name) ? ENOTDIR : 0;
  }
  int replace_marker(std::string_view text) const override {
    const auto bytes = std::as_bytes(std::span(text));
    files_[marker_].assign(bytes.begin(), bytes.end());
    return 0;
  }
  int remove_marker() const override { return files_.erase(marker_) ? 0 : ENOENT; }
  int sync() const override { return 0; }

 private:
  MemoryFiles& files_;
  std::string marker_;
  std::shared_ptr<std::atomic<bool>> held_;
};

std::unique_ptr<Owned> hold(MemoryFiles& files, std::string_view marker,
                            const std::shared_ptr<std::atomic<bool>>& held) {
  if (held->exchange(true)) throw UserError("expected a store for this owner alone, found another one");
  return std::make_unique<OwnedMemory>(files, marker, held);
}

}  // namespace

MemoryStore::MemoryStore(MemoryFiles& files) : files_(files) {}

Listing MemoryStore::list(const ListOptions& options, const std::stop_token& stop,
                          const ListSink& sink) const {
  Listing listing;
  std::map<std::string, DirectoryTally> tallies{{"", {}}};
  std::set<std::string> hidden;
  for (const auto& [name, content] : files_) {
    if (stop.stop_requested()) break;
    const std::size_t dot = ("/" + name).find("/.");  // of the first hidden part
    const std::size_t end = dot == name.npos ? name.npos : name.find('/', dot);
    const std::size_t slash = name.rfind('/');
    const std::string last = name.substr(slash == name.npos ? 0 : slash + 1);
    if (last == options.unlisted) continue;
    if (end != name.npos && !options.everything) {
      hidden.insert(name.substr(0, end));
      continue;
    }
    if (dot != name.npos && !options.everything) {
      ++listing.hidden_files;
      continue;
    }
    for (std::size_t at = name.find('/'); at != name.npos; at = name.find('/', at + 1))
      tallies[name.substr(0, at)];
    count_into(tallies[slash == name.npos ? "" : name.substr(0, slash)],
               options.sort_of ? options.sort_of(last) : std::string(), 1);
    ++listing.files;
    if (options.progress) {
      ++options.progress->files;
      options.progress->bytes += content.size();
    }
    sink(0, name, content.size());
  }
  listing.directories = tallies.size();
  listing.hidden_directories = hidden.size();
  for (const auto& [directory, tally] : tallies)
    if (!tally.empty()) ++listing.fan_out[tally];
  return listing;
}

void MemoryStore::each_at_top(const TopSink& sink) const {
  std::map<std::string, EntryKind> names;
  for (const auto& [name, content] : files_) {
    const std::size_t slash = name.find('/');
    names.emplace(name.substr(0, slash), slash == name.npos ? EntryKind::kFile : EntryKind::kDirectory);
  }
  for (const auto& [name, kind] : names)
    if (!sink(name, kind)) return;
}

tl::expected<std::unique_ptr<StoreFile>, int> MemoryStore::open(std::string_view name) const {
  return open_in(files_, name);
}

tl::expected<std::uint64_t, int> MemoryStore::size_of(std::string_view name) const {
  const auto file = open(name);
  if (!file) return tl::unexpected(file.error());
  return (*file)->size();
}

EngineChoice MemoryStore::engine(EngineKind kind, const EngineOptions&) const {
  return {make_memory_engine(files_), kind, ""};
}

DirectoryLook MemoryStore::look(std::string_view marker) const {
  if (files_.contains(marker)) return {Ownership::kOurs, {}};
  DirectoryLook look;
  look.ownership = files_.empty() ? Ownership::kEmpty : Ownership::kForeign;
  for (const auto& [name, content] : files_)
    if (look.others.size() < kMostNamed) look.others.push_back(name);
  return look;
}

std::unique_ptr<Owned> MemoryStore::own(std::string_view marker) {
  if (const DirectoryLook found = look(marker); found.ownership == Ownership::kForeign)
    throw UserError("expected an empty store or one written by aforo, found other files (" +
                    join(found.others, ", ") + ")");
  return hold(files_, marker, held_);
}

std::unique_ptr<Owned> MemoryStore::own_for_removal(std::string_view marker) {
  if (look(marker).ownership != Ownership::kOurs)
    throw UserError("expected a store with '" + std::string(marker) + "', found none");
  return hold(files_, marker, held_);
}

std::unique_ptr<Owned> MemoryStore::own_beside(std::string_view marker) {
  if (look(marker).ownership != Ownership::kOurs)
    throw UserError("expected a store with '" + std::string(marker) + "', found none");
  return std::make_unique<OwnedMemory>(files_, marker, std::make_shared<std::atomic<bool>>(true));
}

}  // namespace aforo
