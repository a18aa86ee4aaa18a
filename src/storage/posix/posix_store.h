// PosixStore: a directory of a file system, as the kernel shows it
// (local disks, NFS, Lustre, FUSE, tmpfs).
//
// Holds no open file: each member asks by path, so the directory may be made, mounted over or go
// meanwhile. `info` and the device below, for the counters, are found out when it is made.
#pragma once

#include <memory>
#include <string>

#include "storage/store.h"

namespace aforo {

class PosixStore final : public Store, private CacheControl {
 public:
  // Asks the file system for its type and its device, else nothing: the directory need not exist.
  // Never throws UserError; what cannot be told is unknown in `info`.
  explicit PosixStore(std::string directory);

  const std::string& where() const override { return directory_; }
  const StoreInfo& info() const override { return info_; }
  int check() const override;
  Listing list(const ListOptions& options, const std::stop_token& stop, const ListSink& sink) const override;
  void each_at_top(const TopSink& sink) const override;
  tl::expected<std::unique_ptr<StoreFile>, int> open(std::string_view name) const override;
  tl::expected<std::uint64_t, int> size_of(std::string_view name) const override;
  tl::expected<std::uint64_t, int> allocated_of(std::string_view name) const override;
  EngineChoice engine(EngineKind kind, const EngineOptions& options) const override;
  DirectoryLook look(std::string_view marker) const override;
  std::unique_ptr<Owned> own(std::string_view marker) override;
  std::unique_ptr<Owned> own_for_removal(std::string_view marker) override;
  std::unique_ptr<Owned> own_beside(std::string_view marker) override;
  std::vector<std::string> places_to_make() const override;
  int may_write() const override;
  const CacheControl* cache() const override { return this; }
  Counters counters() const override;
  std::optional<std::uint64_t> process_bytes_read() const override;
  StoreSpace space() const override;

 private:
  CacheDrop drop_all() const override;
  bool drop(std::string_view name) const override;
  void flush() const override;
  std::optional<Residency> residency(std::string_view name) const override;
  std::optional<Bytes> readahead() const override;

  std::string inside(std::string_view name) const;

  std::string directory_;
  StoreInfo info_;
  std::optional<BlockDevice> device_;
};

}  // namespace aforo
