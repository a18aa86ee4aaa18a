// Where a probe writes to see what writing takes: a place that was absent or empty, and is so again at the end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"

namespace aforo {

// Holds the right to write there, with a marker of its own: what a killed probe left behind is found by it, and removed by
// the next one. One thread, but for the files that writers make there.
class WriteGround {
 public:
  // Makes the place if it is absent, and empties it of what an earlier probe left. Throws UserError where it holds anything
  // else, cannot be made, or another process holds it.
  explicit WriteGround(const std::string& where);
  // Of another process than the one that made the place, to write there beside it: it must see what that one made, and
  // leaves removing to it. Throws UserError where it does not.
  static std::unique_ptr<WriteGround> beside(const std::string& where);
  // As remove(), and silent.
  ~WriteGround();
  WriteGround(const WriteGround&) = delete;
  WriteGround& operator=(const WriteGround&) = delete;

  const Owned& owned() const { return *owned_; }
  const Store& store() const { return *store_; }
  // Of a writer: "writer-00007.bin". Nothing else is made here.
  static std::string file_of(unsigned writer);

  // All that was written, the marker, and the places that were made; nothing of another's place. Nobody may write any more.
  // Throws UserError naming what could not be removed. Once.
  void remove();

 private:
  struct Beside {};
  WriteGround(const std::string& where, Beside);
  // 0 or an errno.
  int remove_files() const;

  std::string where_;
  std::shared_ptr<Store> store_;
  std::vector<std::string> made_;  // outermost first
  std::unique_ptr<Owned> owned_;
  bool is_ours_ = true;
};

}  // namespace aforo
