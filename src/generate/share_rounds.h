// While several hosts lay a dataset: what each tells the first of its share, and what the first answers.
//
// All of them come to a round several times a second (Crew::exchange), with counts that only grow, so that the last that was
// heard of a host stands for it whatever becomes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "generate/lay_share.h"
#include "hosts/crew.h"

namespace aforo {

struct ShareTold {
  std::uint64_t files = 0, bytes = 0;  // written in this call
  std::uint64_t skipped = 0;           // were there whole
  FileId mark = 0;                     // every file of the share below it is on storage
  Seconds seconds{0}, cpu{0};          // since it began
  bool stopped = false;                // somebody asked for an end
  bool ended = false;                  // it writes no more; what follows is known then
  bool all = false, direct_refused = false;
  int error = 0;  // of what ended it early, and at which path
  std::string path;
  WriteTimes times;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(files, bytes, skipped, mark, seconds, cpu, stopped, ended, all, direct_refused, error, path,
            times);
  }
};

// Of all hosts; those that are gone too. Threads: one at a time.
class ShareRounds {
 public:
  // `mark`: of every host to begin with. `crew` outlives it; null: this process alone.
  ShareRounds(Crew* crew, FileId mark);

  enum class Next : std::uint8_t {
    kGoOn,
    kEnd,   // end your writing, and come again
    kOver,  // this was the last round
  };
  // All hosts come to it. Throws what Crew::exchange throws.
  Next tell(ShareTold mine);

  // At the first: the last of every host.
  const std::vector<ShareTold>& told() const { return told_; }
  ShareTold& of(std::uint32_t host) { return told_[host]; }
  // At the first: of whom nothing came to the last round.
  const std::vector<std::uint32_t>& missing() const { return missing_; }
  // At the first: every file below it is on storage.
  FileId mark() const;

 private:
  Next judge(const Crew::Parts& parts);

  Crew* crew_;
  std::vector<ShareTold> told_;
  std::vector<std::uint32_t> missing_;
};

}  // namespace aforo
