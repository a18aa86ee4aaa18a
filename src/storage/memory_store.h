// MemoryStore: files that are byte strings behind the doors of a Store. A double for tests: no place
// that people write leads to it, and open_store never makes one. Obeys the whole contract; its
// directories exist where a name has them, and it has no cache and no links.
//
// Whatever kind of engine is asked for, the answer moves bytes of `files` and says that it is of
// that kind. Whoever owns the store owns it among the owners of this object, not of `files`. What
// differs by machine is absent: no counters, no free space (0), no places to make.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "storage/memory_engine.h"
#include "storage/store.h"

namespace aforo {

class MemoryStore final : public Store {
 public:
  // `files` outlives the store and what it gives. While somebody owns the store and
  // writes, nobody else reads.
  explicit MemoryStore(MemoryFiles& files);

  const std::string& where() const override { return where_; }
  const StoreInfo& info() const override { return info_; }
  int check() const override { return 0; }
  Listing list(const ListOptions& options, const std::stop_token& stop, const ListSink& sink) const override;
  void each_at_top(const TopSink& sink) const override;
  tl::expected<std::unique_ptr<StoreFile>, int> open(std::string_view name) const override;
  tl::expected<std::uint64_t, int> size_of(std::string_view name) const override;
  EngineChoice engine(EngineKind kind, const EngineOptions& options) const override;
  DirectoryLook look(std::string_view marker) const override;
  std::unique_ptr<Owned> own(std::string_view marker) override;
  std::unique_ptr<Owned> own_for_removal(std::string_view marker) override;
  std::unique_ptr<Owned> own_beside(std::string_view marker) override;
  std::vector<std::string> places_to_make() const override { return {}; }
  int may_write() const override { return 0; }
  const CacheControl* cache() const override { return nullptr; }
  Counters counters() const override { return {}; }
  StoreSpace space() const override { return {}; }

 private:
  MemoryFiles& files_;
  std::string where_ = "memory";
  StoreInfo info_{.type = "memory", .device = {}, .capacity = {}, .memory_only = true};
  // Whether somebody owns it; shared with the owner, who may outlive the store.
  std::shared_ptr<std::atomic<bool>> held_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace aforo
