// For tests: a cache's files, and an engine that reads a directory through one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "storage/cache/cached_store.h"
#include "storage/engine_contract.h"
#include "storage/posix/posix_store.h"

namespace aforo {

// The engine, with the cache's directory, which goes after it.
class CachedOverDisk final : public Engine {
 public:
  explicit CachedOverDisk(const EngineOptions& options)
      : store_(open_cached_store(std::make_unique<PosixStore>(options.root),
                                 {cache_ / "cache", Bytes{64 << 20}})),
        engine_(store_->engine(EngineKind::kAuto, options).engine) {}
  void start(IoRequest& request) override { engine_->start(request); }
  std::size_t turn(Seconds patience) override { return engine_->turn(patience); }
  void wake() override { engine_->wake(); }
  void hurry(Seconds most) override { engine_->hurry(most); }
  std::size_t in_flight() const override { return engine_->in_flight(); }
  bool stuck() const override { return engine_->stuck(); }
  std::string_view name() const override { return engine_->name(); }

 private:
  TemporaryDirectory cache_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Engine> engine_;
};

inline std::unique_ptr<Engine> make_cached_over_disk(const EngineOptions& options, MemoryFiles&) {
  return std::make_unique<CachedOverDisk>(options);
}

// Bytes that the objects of a cache's directory take, those that are being fetched too, in whole blocks; and how many there are.
inline std::pair<std::uint64_t, std::uint64_t> lies_in_cache(const std::string& directory) {
  std::uint64_t bytes = 0, files = 0;
  for (const char* place : {"/objects", "/filling"}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory + place, error)) {
      const auto size = std::filesystem::file_size(entry.path(), error);
      if (error) continue;  // it has just gone
      bytes += (size + 4095) / 4096 * 4096;
      ++files;
    }
  }
  return {bytes, files};
}

}  // namespace aforo
