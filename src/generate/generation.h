// One dataset laid, from what was found to the end: by one process, or by several hosts together.
//
// Together, all of them make one and call its members in the same order. The first takes the place and keeps the one marker; the
// others write beside it, each its own share of the files (file_share.h). A host that does not see what the first made, or that asks
// for another dataset, ends it for all before anything else is touched; one that cannot write, or that is gone, ends it for all,
// and what is written stays to be resumed, by however many.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "generate/generate_options.h"
#include "generate/generate_plan.h"
#include "generate/share_rounds.h"
#include "hosts/crew.h"
#include "storage/store.h"

namespace aforo {

// Threads: made and called on one.
class Generation {
 public:
  // `store`: of the first, or alone; the others open theirs when the first has made the place, as a network's file system
  // remembers for a while what was not there. All must outlive this. `crew` may be null.
  Generation(const GenerateOptions& options, std::unique_ptr<Store> store, GeneratePlan& plan,
             std::stop_token stop, Crew* crew);

  // Agrees with the others, takes the place, and marks it. Throws UserError where that cannot be, and leaves nothing that was
  // not there.
  void begin(std::string_view version);

  // Writes what is missing, until all is there, something fails, or a stop. `others`: what the other hosts came to so far, set at
  // the first while it goes on.
  void write(GenerateCounters& counters, GenerateCounters& others);

  // Of the first, or alone, afterwards.
  const Store& store() const { return *store_; }
  // As it was saved.
  const Manifest& state() const { return state_; }
  // Writers of this host.
  unsigned threads() const { return write_.threads; }
  // Why it could not be written, and which host's that is; absent where nothing failed.
  const std::optional<WriteFailure>& failure() const { return failure_; }
  std::uint32_t failed_host() const { return failed_host_; }
  // By host; of one process a single one.
  const std::vector<ShareTold>& told() const { return rounds_.told(); }
  std::vector<std::string> missing() const;
  // What lies at a path, for a sentence.
  std::string entry_at(const std::string& path) const;

 private:
  struct Look;  // what a host finds below the mark
  void take(std::string_view version);
  void give_back();
  void give_back_job();
  void begin_beside(const std::string& pass);
  Look look_together(FilesFound found, std::uint64_t looked);
  void judge_look(Look& all);
  void write_share(const FilesToWrite& work, GenerateCounters& counters);
  void write_share_together(const FilesToWrite& work, GenerateCounters& counters, GenerateCounters& others);
  void conclude();
  ShareTold told_now(const GenerateCounters& counters) const;
  bool keep(FileId mark);
  int save_on_full_disk();
  bool first() const { return crew_ == nullptr || crew_->first(); }

  const GenerateOptions& options_;
  std::unique_ptr<Store> store_;
  GeneratePlan& plan_;
  std::stop_token stop_;
  Crew* crew_;
  std::unique_ptr<Owned> owned_;
  std::vector<std::string> made_;  // places that were made for this, the outermost first
  WriteOptions write_;
  Manifest state_, kept_;
  Seconds began_{0};
  Counters before_;
  ShareRounds rounds_;
  std::uint64_t skipped_ = 0, skipped_by_others_ = 0;  // below the mark
  std::optional<WriteFailure> failure_;
  std::uint32_t failed_host_ = 0;
};

}  // namespace aforo
