// HandleTable: the files an engine has opened for its caller, by descriptor, and how. One thread's.
//
// An engine needs it for two things: to know in a later read or write how the file was opened,
// since O_DIRECT wants whole blocks, and to close what its caller left open. O(1); memory is one
// byte for each descriptor up to the largest.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <vector>

namespace aforo {

class HandleTable {
 public:
  HandleTable() = default;
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;
  // Closes what is still open.
  ~HandleTable() {
    for (std::size_t file = 0; file < kinds_.size(); ++file)
      if (kinds_[file] != Kind::kNone) close(static_cast<int>(file));
  }

  // `file` is an open descriptor that was just made; the table closes it
  // unless `forget` comes first.
  void add(int file, bool direct) {
    if (static_cast<std::size_t>(file) >= kinds_.size()) kinds_.resize(file + 1, Kind::kNone);
    kinds_[file] = direct ? Kind::kDirect : Kind::kBuffered;
  }
  // Before its close is asked for: the number may come back as another file's at once. What is not
  // in the table is passed over, as in what follows.
  void forget(int file) {
    if (knows(file)) kinds_[file] = Kind::kNone;
  }
  // Its file was direct and ends in a piece that is no whole block: buffered from here on.
  void leave_direct(int file) {
    if (is_direct(file)) kinds_[file] = Kind::kBuffered;
  }
  bool is_direct(int file) const { return knows(file) && kinds_[file] == Kind::kDirect; }

 private:
  enum class Kind : std::uint8_t { kNone, kBuffered, kDirect };
  bool knows(int file) const { return file >= 0 && static_cast<std::size_t>(file) < kinds_.size(); }
  std::vector<Kind> kinds_;
};

}  // namespace aforo
