#include "generate/generation.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <random>
#include <stdexcept>
#include <utility>

#include "base/carry.h"
#include "base/error.h"
#include "base/parallel_for.h"
#include "base/random.h"
#include "generate/share_writer.h"
#include "generate/whose_file.h"
#include "hosts/same_job.h"
#include "storage/open_store.h"
#include "survey/dataset_marker.h"
#include "survey/dataset_words.h"

namespace aforo {
namespace {

// What a host asks for, to be the same on all.
struct Asked {
  std::string dataset;
  bool direct = false;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(dataset, direct);
  }
};

// What the others need to know of the place that the first has taken.
struct Pass {
  std::string job;
  FileId mark = 0;
  bool resumes = false, complete = false;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(job, mark, resumes, complete);
  }
};

std::string fresh_job() {
  std::random_device random;
  const std::uint64_t high = random();
  return fmt::format("{:016x}", mix64(high << 32 | random()));
}

// All hosts' parts; of one process its own alone.
template <class Make>
std::string together(Crew* crew, std::string mine, const Make& make) {
  if (crew == nullptr) return make(Crew::Parts{std::move(mine)});
  return crew->exchange(std::move(mine), [&](const Crew::Parts& parts) {
    require_all(*crew, parts);
    return make(parts);
  });
}

void take_in(ShareTold& told, ShareLaid laid) {
  told.ended = true;
  told.mark = laid.mark;
  told.all = laid.all;
  told.direct_refused = laid.direct_refused;
  told.times = laid.times;
  if (!laid.failure) return;
  told.error = laid.failure->error;
  told.path = laid.failure->path;
}

// How often hosts tell each other how far they are. Chosen: as often as a person sees it, far from costing anything.
constexpr Seconds kRound{0.25};

bool is_no_room(int error) { return error == ENOSPC || error == EDQUOT; }

// A marker that vouches for files of which none is there, among files of others, was copied there: the place is
// not aforo's. With nothing else there the dataset was taken away by hand, and is laid again.
void require_nothing_else(const Store& store, FileId vouched) {
  std::string other;
  std::mutex mutex;
  std::stop_source enough;
  ListOptions options;
  options.unlisted = kManifestName;
  options.everything = true;
  store.list(options, enough.get_token(), [&](unsigned, std::string_view name, std::uint64_t) {
    const std::lock_guard lock(mutex);
    if (other.empty()) other = name;
    enough.request_stop();
  });
  if (other.empty()) return;
  throw UserError(
      fmt::format("expected in {} the {} that its {} vouches for, found none of them, and other files ({}): "
                  "choose another directory; a marker that was copied there may be removed by hand",
                  store.where(), counted(vouched, "file", "files"), kManifestName, other));
}

}  // namespace

// Of one host's share below the mark; added up, of all.
struct Generation::Look {
  bool stopped = false, any_ours = false, nothing_left = false;
  std::uint64_t looked = 0, incomplete = 0, foreign = 0;
  FileId first_incomplete = 0;
  std::string foreign_example;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(stopped, any_ours, nothing_left, looked, incomplete, foreign, first_incomplete, foreign_example);
  }
  void add(const Look& other) {
    stopped = stopped || other.stopped;
    any_ours = any_ours || other.any_ours;
    looked += other.looked;
    if (other.incomplete > 0)
      first_incomplete =
          incomplete == 0 ? other.first_incomplete : std::min(first_incomplete, other.first_incomplete);
    incomplete += other.incomplete;
    if (foreign == 0) foreign_example = other.foreign_example;
    foreign += other.foreign;
  }
};

Generation::Generation(const GenerateOptions& options, std::unique_ptr<Store> store, GeneratePlan& plan,
                       std::stop_token stop, Crew* crew)
    : options_(options),
      store_(std::move(store)),
      plan_(plan),
      stop_(std::move(stop)),
      crew_(crew),
      rounds_(crew, plan.manifest.files_written) {
  write_.direct = options.direct;
  if (crew) write_.share = share_of(*plan.layout, crew->host(), crew->hosts());
}

void Generation::begin(std::string_view version) {
  Asked asked{plan_.manifest.dataset_yaml, options_.direct};
  const std::string pass = together(crew_, carried(asked), [&](const Crew::Parts& parts) {
    for (std::uint32_t h = 1; h < parts.size(); ++h) {
      const Asked other = carried_to<Asked>(*parts[h]);
      if (other.dataset != asked.dataset || other.direct != asked.direct)
        throw UserError(another_job(*crew_, h));
    }
    take(version);
    Pass made{plan_.manifest.job, plan_.manifest.files_written, plan_.resumes,
              plan_.manifest.state == Manifest::State::kComplete};
    return carried(made);
  });
  if (!first()) begin_beside(pass);
  try {
    if (crew_) together(crew_, "", [](const Crew::Parts&) { return ""; });
  } catch (...) {
    if (first()) give_back();
    throw;
  }
  write_.owned = owned_.get();
  write_.threads = threads_for(*store_, options_.threads);
  write_.keep_whole = plan_.resumes;
  state_ = kept_ = plan_.manifest;
  before_ = store_->counters();
  began_ = monotonic_now();
}

void Generation::take(std::string_view version) {
  if (!plan_.resumes) made_ = store_->places_to_make();
  owned_ = store_->own(kManifestName);
  if (crew_) plan_.manifest.job = fresh_job();
  if (plan_.resumes && !plan_.lost && !crew_) return;
  if (!plan_.resumes || plan_.lost) plan_.manifest.aforo_version = version;
  const int error = save_manifest(*owned_, plan_.manifest);
  if (error == 0) return;
  const std::string why = owned_->why();
  give_back();
  if (!why.empty()) throw UserError(why);
  throw UserError(
      fmt::format("expected to write the marker {}, found {}", kManifestName, describe_errno(error)));
}

// As if nobody had been here: no file is written yet.
void Generation::give_back() {
  if (plan_.resumes) {
    plan_.manifest.job.clear();
    if (!plan_.lost) save_manifest(*owned_, plan_.manifest);
    return;
  }
  owned_->remove_marker();
  owned_.reset();
  for (auto at = made_.rbegin(); at != made_.rend(); ++at) remove_empty_place(*at);
}

void Generation::begin_beside(const std::string& pass) {
  const Pass made = carried_to<Pass>(pass);
  store_ = open_store(options_.directory, options_.access);
  owned_ = store_->own_beside(kManifestName);
  const auto manifest = read_marker(*store_);
  if (!manifest || manifest->job != made.job)
    throw UserError(fmt::format(
        "expected in '{}' the {} that the first process wrote there, found another one; name a directory that all hosts share",
        options_.directory, kManifestName));
  plan_.manifest = *manifest;
  plan_.resumes = made.resumes;
}

Generation::Look Generation::look_together(FilesFound found, std::uint64_t looked) {
  Look mine{stop_.stop_requested(),
            found.any_ours,
            false,
            looked,
            found.incomplete.size(),
            found.foreign,
            found.incomplete.empty() ? 0 : found.incomplete.front(),
            std::move(found.foreign_example)};
  const std::string reply = together(crew_, carried(mine), [&](const Crew::Parts& parts) {
    Look all;
    for (std::uint32_t h = 0; h < parts.size(); ++h) {
      const Look one = carried_to<Look>(*parts[h]);
      rounds_.of(h).skipped = one.looked - std::min(one.looked, one.incomplete);
      if (h > 0) skipped_by_others_ += rounds_.of(h).skipped;
      all.add(one);
    }
    judge_look(all);
    return carried(all);
  });
  return carried_to<Look>(reply);
}

// At the first: refuses what is not aforo's, and else marks that writing begins.
void Generation::judge_look(Look& all) {
  if (all.stopped) return;
  const FileId mark = plan_.manifest.files_written;
  if (mark > 0 && !all.any_ours) require_nothing_else(*store_, mark);
  if (all.foreign > 0) return;
  all.nothing_left = all.incomplete == 0 && mark == plan_.manifest.files &&
                     plan_.manifest.state == Manifest::State::kComplete;
  if (all.nothing_left) return;
  state_.state = kept_.state = Manifest::State::kPartial;
  if (plan_.resumes) save_manifest(*owned_, kept_);  // no longer complete while files are written again
}

void Generation::write(GenerateCounters& counters, GenerateCounters& others) {
  const FileId mark = plan_.manifest.files_written;
  FilesFound found = find_incomplete(*plan_.layout, mark, write_, stop_, counters);
  FilesToWrite work{found.incomplete, mark, plan_.manifest.files, write_.share};
  skipped_ = write_.share.below(mark) - work.again.size();
  const Look all = look_together(std::move(found), write_.share.below(mark));
  if (all.stopped || all.nothing_left || all.foreign > 0) {
    if (!first()) return;
    const std::uint64_t skipped = rounds_.of(0).skipped;
    rounds_.of(0) = told_now(counters);
    rounds_.of(0).skipped = skipped;
    if (all.foreign > 0 && !all.stopped) {  // nothing is written beside what somebody else put there
      state_.state = Manifest::State::kPartial;
      state_.files_written = all.first_incomplete;
      failure_ = WriteFailure{all.foreign_example, EEXIST};
    }
    if (crew_) give_back_job();
    return;
  }
  if (crew_)
    write_share_together(work, counters, others);
  else
    write_share(work, counters);
  if (first()) conclude();
}

// The job's word out of a marker that stays as it was.
void Generation::give_back_job() {
  kept_.job.clear(), state_.job.clear();
  save_manifest(*owned_, kept_);
}

bool Generation::keep(FileId mark) {
  const FileId before = std::exchange(kept_.files_written, mark);
  if (save_manifest(*owned_, kept_) == 0) return true;
  kept_.files_written = before;
  return false;
}

ShareTold Generation::told_now(const GenerateCounters& counters) const {
  const Counters now = store_->counters();
  ShareTold told;
  told.files = counters.files, told.bytes = counters.bytes;
  told.skipped = skipped_ + counters.kept;
  told.seconds = monotonic_now() - began_;
  told.cpu = (now.cpu_user - before_.cpu_user) + (now.cpu_system - before_.cpu_system);
  told.stopped = stop_.stop_requested();
  return told;
}

void Generation::write_share(const FilesToWrite& work, GenerateCounters& counters) {
  const ShareKeeping keeping{[this](FileId mark) { return keep(mark); }, false};
  ShareLaid laid = lay_share(*plan_.layout, work, write_, keeping, stop_, counters);
  rounds_.of(0) = told_now(counters);
  take_in(rounds_.of(0), std::move(laid));
}

void Generation::write_share_together(const FilesToWrite& work, GenerateCounters& counters,
                                      GenerateCounters& others) {
  std::atomic<FileId> stored{work.from};
  const ShareKeeping keeping{[&stored](FileId mark) {
                               stored = mark;
                               return true;
                             },
                             true};
  ShareWriter writer(
      [&](const std::stop_token& end) {
        return lay_share(*plan_.layout, work, write_, keeping, end, counters);
      },
      stop_);
  ShareRounds::Next next;
  do {
    const ShareLaid* laid = writer.wait(kRound);
    ShareTold told = told_now(counters);
    told.mark = stored;
    if (laid != nullptr) take_in(told, *laid);
    next = rounds_.tell(std::move(told));
    if (next != ShareRounds::Next::kGoOn) writer.end();
    if (!first()) continue;
    std::uint64_t files = 0, bytes = 0, kept = 0;
    for (std::size_t h = 1; h < rounds_.told().size(); ++h) {
      const ShareTold& one = rounds_.told()[h];
      files += one.files, bytes += one.bytes, kept += one.skipped;
    }
    others.files = files, others.bytes = bytes, others.kept = kept - std::min(kept, skipped_by_others_);
    if (next == ShareRounds::Next::kGoOn && rounds_.mark() > kept_.files_written) keep(rounds_.mark());
  } while (next != ShareRounds::Next::kOver);
  if (first() && !rounds_.told()[0].ended) {
    ShareTold told = told_now(counters);
    take_in(told, writer.take());
    rounds_.of(0) = std::move(told);
  }
}

// Files below the mark are on storage: the marker vouches for what a sync that did not fail has brought there.
void Generation::conclude() {
  const std::vector<ShareTold>& told = rounds_.told();
  bool all = rounds_.missing().empty();
  for (std::uint32_t h = 0; h < told.size(); ++h) {
    all = all && told[h].all;
    if (told[h].error == 0 || failure_) continue;
    failure_ = WriteFailure{told[h].path, told[h].error};
    failed_host_ = h;
  }
  state_.files_written = rounds_.mark();
  state_.job.clear();
  if (all && !failure_) state_.state = Manifest::State::kComplete;
  const int error = save_on_full_disk();
  if (error != 0 && !failure_) failure_ = WriteFailure{std::string(kManifestName), error};
}

// A disk that is full to the last block has no room for the new marker either: the last files make it.
int Generation::save_on_full_disk() {
  // Given up one by one. Chosen: far more than one small marker needs; a disk that stays full is somebody else's doing.
  constexpr int kMostGiven = 16;
  int error = save_manifest(*owned_, state_);
  for (int given = 0; given < kMostGiven && is_no_room(error) && state_.files_written > 0; ++given) {
    --state_.files_written;
    owned_->remove_file(plan_.layout->path(state_.files_written));
    state_.state = Manifest::State::kPartial;
    error = save_manifest(*owned_, state_);
  }
  return error;
}

std::vector<std::string> Generation::missing() const {
  std::vector<std::string> names;
  for (const std::uint32_t host : rounds_.missing()) names.push_back(crew_->name(host));
  return names;
}

std::string Generation::entry_at(const std::string& path) const { return describe_entry(*owned_, path); }

}  // namespace aforo
