#include "storage/cache/cached_store.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <utility>

#include "storage/cache/object_cache.h"
#include "storage/thread_engine.h"

namespace aforo {
namespace {

// Chosen, of each engine: a reader waits in one of them, for the network mostly; each that fetches a large object holds 8 MiB of it.
constexpr unsigned kReaders = 32;

// What was opened, by number; one engine's.
class CacheReader final : public RequestCarrier {
 public:
  explicit CacheReader(std::shared_ptr<ObjectCache> cache) : cache_(std::move(cache)) {}

  void carry_out(IoRequest& work, const char* path, std::uint64_t goal) override;
  void close(EngineFile file) override {
    const std::lock_guard lock(mutex_);
    open_.erase(file);
  }
  void end() override { ending_.store(true, std::memory_order_relaxed); }

 private:
  struct Open {
    std::string name;
    std::uint64_t size = 0;
    PassedObject passed;
  };

  std::shared_ptr<Open> find(EngineFile file) {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(file);
    return found == open_.end() ? nullptr : found->second;
  }
  void open(IoRequest& work, const char* path);
  void read(IoRequest& work, ObjectCache::Ask ask) {
    ask.buffer = ask.buffer.first(std::min<std::uint64_t>(ask.buffer.size(), work.buffer.size()));
    ask.direct = work.direct;
    ask.ending = &ending_;
    const ObjectCache::Answer answer = cache_->read(std::move(ask));
    work.error = answer.error;
    work.bytes = answer.bytes;
    if (work.operation == IoOperation::kReadFile) work.opened = answer.opened;
  }

  std::shared_ptr<ObjectCache> cache_;
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  EngineFile last_ = -1;
  std::map<EngineFile, std::shared_ptr<Open>> open_;
};

void CacheReader::open(IoRequest& work, const char* path) {
  const auto size = cache_->size_of(path);
  if (!size) {
    work.error = size.error();
    return;
  }
  work.opened = monotonic_now();
  auto made = std::make_shared<Open>();
  made->name = path;
  made->size = *size;
  const std::lock_guard lock(mutex_);
  do last_ = last_ == INT32_MAX ? 0 : last_ + 1;
  while (open_.contains(last_));
  open_.emplace(last_, std::move(made));
  work.file = last_;
}

void CacheReader::carry_out(IoRequest& work, const char* path, std::uint64_t goal) {
  work.started = monotonic_now();
  work.attempts = 1;
  try {
    switch (work.operation) {
      case IoOperation::kReadFile: {
        const std::optional<std::uint64_t> size = work.expected ? std::optional(work.expected) : std::nullopt;
        return read(work, {path, size, 0, work.buffer.first(goal)});
      }
      case IoOperation::kOpen:
        return open(work, path);
      case IoOperation::kRead: {
        const auto file = find(work.file);
        if (!file) return void(work.error = EBADF);
        return read(work,
                    {file->name, file->size, work.offset, work.buffer.first(goal), false, &file->passed});
      }
      case IoOperation::kClose:
        return find(work.file) ? close(work.file) : void(work.error = EBADF);
      default:
        work.error = EROFS;
    }
  } catch (const std::bad_alloc&) {
    work.error = ENOMEM;
  }
}

class CachedStore final : public Store, private CacheControl {
 public:
  CachedStore(std::unique_ptr<Store> store, const CacheOptions& options)
      : store_(std::move(store)), cache_(std::make_shared<ObjectCache>(store_, options)) {}

  const std::string& where() const override { return store_->where(); }
  const StoreInfo& info() const override { return store_->info(); }
  int check() const override { return store_->check(); }
  std::string why() const override { return store_->why(); }
  Listing list(const ListOptions& options, const std::stop_token& stop, const ListSink& sink) const override {
    return store_->list(options, stop, sink);
  }
  void each_at_top(const TopSink& sink) const override { store_->each_at_top(sink); }
  tl::expected<std::unique_ptr<StoreFile>, int> open(std::string_view name) const override {
    return store_->open(name);
  }
  tl::expected<std::uint64_t, int> size_of(std::string_view name) const override {
    return store_->size_of(name);
  }
  tl::expected<std::uint64_t, int> allocated_of(std::string_view name) const override {
    return store_->allocated_of(name);
  }
  EngineChoice engine(EngineKind kind, const EngineOptions& options) const override {
    EngineChoice choice = store_->engine(kind, options);
    if (choice.kind != EngineKind::kNull)
      choice.engine = make_thread_engine(std::make_shared<CacheReader>(cache_), options, kReaders);
    return choice;
  }
  DirectoryLook look(std::string_view marker) const override { return store_->look(marker); }
  std::unique_ptr<Owned> own(std::string_view marker) override { return store_->own(marker); }
  std::unique_ptr<Owned> own_for_removal(std::string_view marker) override {
    return store_->own_for_removal(marker);
  }
  std::unique_ptr<Owned> own_beside(std::string_view marker) override { return store_->own_beside(marker); }
  std::vector<std::string> places_to_make() const override { return store_->places_to_make(); }
  int may_write() const override { return store_->may_write(); }
  const CacheControl* cache() const override { return this; }

  Counters counters() const override {
    Counters now = store_->counters();
    now.cached = cache_->counts();
    now.process_bytes_read = process_bytes_read();
    return now;
  }
  // A store over a network counts what it received, and nothing of the disk.
  std::optional<std::uint64_t> process_bytes_read() const override {
    const auto received = store_->process_bytes_read();
    if (!store_->info().remote) return received;
    const auto read = read_process_bytes();
    return received && read ? std::optional(*received + *read) : std::nullopt;
  }
  StoreSpace space() const override { return store_->space(); }

 private:
  CacheDrop drop_all() const override { return drop_caches(); }
  bool drop(std::string_view name) const override {
    const std::string path = cache_->path_of(name);
    return path.empty() || advise_dontneed(path);
  }
  void flush() const override { flush_writes(cache_->directory()); }
  std::optional<Residency> residency(std::string_view name) const override {
    const std::string path = cache_->path_of(name);
    return path.empty() ? std::nullopt : aforo::residency(path);
  }
  std::optional<Bytes> readahead() const override { return aforo::readahead(cache_->directory()); }

  const std::shared_ptr<Store> store_;
  const std::shared_ptr<ObjectCache> cache_;
};

}  // namespace

std::unique_ptr<Store> open_cached_store(std::unique_ptr<Store> store, const CacheOptions& options) {
  return std::make_unique<CachedStore>(std::move(store), options);
}

}  // namespace aforo
