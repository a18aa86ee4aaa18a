// CheckpointTarget: a place to write checkpoints to, made ready before any clock starts, and put right again at the end.
//
// A place is absent, empty, or carries the marker of checkpoints (kCheckpointsMarker); anything else is refused. What lies
// there unfinished is removed when the place is taken, so far as its names are those of checkpoints' files; whole ones are
// never touched but by the plan's `keep`.
//
// Over several hosts the first takes the place, and the others write beside it into what it made ready, which all of them
// must see.
//
// Threads: made, asked and destroyed on one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dataset/checkpoint_content.h"
#include "dataset/checkpoint_layout.h"
#include "dataset/checkpoint_manifest.h"
#include "hosts/crew.h"
#include "save/checkpoint_place.h"
#include "storage/store.h"
#include "workload/checkpoint.h"

namespace aforo {

class CheckpointTarget {
 public:
  // Of `writes` checkpoints of `spec`, whose shape is `shape`. Throws UserError, before anything is touched, for a place
  // that is somebody else's, that holds checkpoints of another shape, or that has no room for all that will be kept;
  // afterwards, where the place cannot be made or something foreign lies among what was cut short.
  CheckpointTarget(const std::string& directory, const CheckpointSpec& spec, const CheckpointShape& shape,
                   std::uint64_t writes);
  // At the first of several hosts, before `pass`: makes the directory of the first checkpoint to be written, by which the others
  // know that they see this place. Throws UserError where it cannot.
  void begin_first();
  // On another host than the first, whose target said `pass`. Throws UserError where that place is not seen here.
  CheckpointTarget(const std::string& directory, const CheckpointSpec& spec, const CheckpointShape& shape,
                   const std::string& pass);
  // What the others need to know of it (base/carry.h).
  std::string pass() const;

  // But for one beside another: takes away what was not finished, and the place itself where it was made for this and nothing whole is in it.
  ~CheckpointTarget();
  CheckpointTarget(const CheckpointTarget&) = delete;
  CheckpointTarget& operator=(const CheckpointTarget&) = delete;

  const Store& store() const { return *store_; }
  const Owned& owned() const { return *owned_; }
  const CheckpointLayout& layout() const { return layout_; }
  std::shared_ptr<const CheckpointContent> content() const { return content_; }
  // Whether past the page cache: what the spec says, where the file system can.
  bool direct() const { return direct_; }
  // What was not as asked, for the Record's warnings.
  const std::vector<std::string>& notes() const { return notes_; }
  std::string manifest_text(std::uint64_t number) const;

  // How the job writes: everything of a CheckpointPlan but when.
  CheckpointPlan plan() const;

 private:
  void take(const std::string& directory);

  const CheckpointSpec spec_;
  CheckpointPlace place_;
  std::unique_ptr<Store> store_;
  CheckpointLayout layout_;
  std::vector<std::string> made_;  // places that were made for this, the outermost first
  std::unique_ptr<Owned> owned_;
  bool beside_ = false;
  std::uint64_t key_ = 0;
  std::shared_ptr<const CheckpointContent> content_;
  bool direct_ = false;
  std::vector<std::string> notes_;
};

// The target of this host: all of a crew come to it, and the first takes the place. Null = this one alone. Throws UserError as
// CheckpointTarget does.
std::unique_ptr<CheckpointTarget> take_target(const std::string& directory, const CheckpointSpec& spec,
                                              const CheckpointShape& shape, std::uint64_t writes, Crew* crew);

// Why `checkpoints` more of that shape do not fit, of which `keep` stay (0: all) beside those of `there`: a sentence, or
// nothing. Asks the store for its room.
std::optional<std::string> checkpoints_lack(const Store& store, const CheckpointShape& shape,
                                            std::uint64_t checkpoints, std::uint32_t keep,
                                            std::uint64_t there);

}  // namespace aforo
