// OwnedDirectory: the one place in aforo that creates or deletes in a
// file system, behind the door of Owned.
//
// A directory is ours if it carries the marker, a regular file and no link, and may become ours if it is
// absent or empty. Nothing else is ever written to or deleted from, and nothing
// outside it: paths are relative, "..", absolute paths and symbolic links on the
// way are refused by the kernel (openat2 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
// component by component where that is missing, before Linux 5.6).
//
// What ends the command (it is not ours, somebody else works in it) is thrown as UserError when it
// is opened; what happens while writing (ENOSPC, EIO) is an errno in the result. After opening, all
// members but `replace_marker` and `remove_marker` may be called from any thread.
//
// The lock is flock(2) on the directory itself: it goes with the process, however that ends, and
// leaves no file behind. Where the file system has no locks, two at once are the user's affair.
#pragma once

#include <string>
#include <string_view>

#include "storage/owned.h"

namespace aforo {

// Touches nothing. "lost+found" and a half-written marker ("<marker>.new") do not count as content.
// Throws UserError if it is not a directory or cannot be listed.
DirectoryLook look_at_directory(const std::string& directory, std::string_view marker);

// Removes `directory` if it is empty, for who made it; 0 or an errno (ENOTEMPTY). What is
// not there is no error.
int remove_empty_directory(const std::string& directory);

class OwnedDirectory final : public Owned, public WriteRight {
 public:
  // Makes `directory` (and its parents) if absent and locks it, then looks again: only under the
  // lock is it certain what is there. Throws UserError if it is foreign, the root of the machine,
  // cannot be made, or another process holds the lock. Writes no marker: replace_marker does.
  static OwnedDirectory for_writing(const std::string& directory, std::string_view marker);

  // Locks a directory that carries the marker; UserError otherwise.
  static OwnedDirectory for_removal(const std::string& directory, std::string_view marker);

  // Without the lock, which another process of the same job holds; UserError where the directory does not carry the marker.
  static OwnedDirectory beside(const std::string& directory, std::string_view marker);

  OwnedDirectory(OwnedDirectory&& other) noexcept;
  OwnedDirectory& operator=(OwnedDirectory&&) = delete;
  // Unlocks.
  ~OwnedDirectory() override;

  // An open descriptor of the directory; lives as long as this.
  int root() const override { return root_; }

  EngineChoice engine(EngineKind kind, const EngineOptions& options) const override;
  StoreEntry look(const std::string& path) const override;
  tl::expected<std::unique_ptr<StoreFile>, int> open(const std::string& path) const override;
  int make_way(const std::string& path) const override;
  int remove_file(const std::string& path) const override;
  int remove_directory(const std::string& path) const override;
  int replace_marker(std::string_view text) const override;
  int remove_marker() const override;

  // Of the whole filesystem (syncfs): also waits for what others wrote there.
  int sync() const override;

 private:
  OwnedDirectory(int root, std::string_view marker) : root_(root), marker_(marker) {}
  static OwnedDirectory lock(const std::string& directory, std::string_view marker);

  int root_ = -1;
  std::string marker_;
};

}  // namespace aforo
