// OwnedDirectory: the one place in aforo that creates or deletes.
//
// A directory is ours if it carries the marker file, and may become ours if it is absent or empty. Nothing
// else is ever written to or deleted from, and nothing outside it: paths are relative, "..", absolute paths
// and symbolic links on the way are refused by the kernel (openat2 RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
// component by component where that is missing, before Linux 5.6).
//
// What ends the command (it is not ours, somebody else works in it) is thrown as UserError when it is opened;
// what happens while writing (ENOSPC, EIO) is an errno in the result. After opening, all members but
// `replace_marker` and `remove_marker` may be called from any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aforo {

enum class Ownership {
  kAbsent,   // nothing there
  kEmpty,    // a directory with nothing in it (a filesystem's lost+found aside)
  kOurs,     // carries the marker
  kForeign,  // holds files and no marker
};

struct DirectoryLook {
  Ownership ownership = Ownership::kAbsent;
  std::vector<std::string> others;  // kForeign: a few of the names found
};

// Touches nothing. Throws UserError if it is not a directory or cannot be listed.
DirectoryLook look_at_directory(const std::string& directory, std::string_view marker);

// Removes `directory` if it is empty, for who made it; 0 or an errno (ENOTEMPTY). What is not there is no
// error.
int remove_empty_directory(const std::string& directory);

class OwnedDirectory {
 public:
  // Makes `directory` (and its parents) if absent and locks it. Throws UserError if it is foreign, the root
  // of the machine, cannot be made, or another process holds the lock.
  static OwnedDirectory for_writing(const std::string& directory, std::string_view marker);

  // Locks a directory that carries the marker; UserError otherwise.
  static OwnedDirectory for_removal(const std::string& directory, std::string_view marker);

  OwnedDirectory(OwnedDirectory&& other) noexcept;
  OwnedDirectory& operator=(OwnedDirectory&&) = delete;
  ~OwnedDirectory();  // unlocks

  // An open descriptor of the directory; lives as long as this.
  int root() const { return root_; }

  // The marker's content; absent if there is none yet.
  std::optional<std::string> marker_text() const;

  // Creates (or truncates) a file for writing, with the directories on its way. A descriptor that the caller
  // closes, or -errno. `flags` are added (O_DIRECT).
  int create_file(const std::string& path, int flags = 0) const;

  // Each 0 or an errno. Only regular files, only empty directories; what is not there is no error.
  int remove_file(const std::string& path) const;
  int remove_directory(const std::string& path) const;

  // Replaces the marker in one step; `durable`: it and its name are on storage when this returns. 0 or an
  // errno.
  int replace_marker(std::string_view text, bool durable) const;
  int remove_marker() const;

  // All of this filesystem's dirty data to storage; 0 or an errno.
  int sync() const;

 private:
  OwnedDirectory(int root, std::string_view marker) : root_(root), marker_(marker) {}
  static OwnedDirectory lock(const std::string& directory, std::string_view marker);
  int make_directories(const std::string& path) const;

  int root_ = -1;
  std::string marker_;
};

}  // namespace aforo
