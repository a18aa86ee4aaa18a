#include "generate/generate_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/parallel_for.h"
#include "base/random.h"
#include "base/units.h"
#include "dataset/format.h"
#include "generate/generate_files.h"
#include "generate/generate_keeper.h"
#include "generate/generate_plan.h"
#include "generate/whose_file.h"
#include "storage/open_store.h"
#include "storage/store.h"
#include "survey/dataset_marker.h"
#include "survey/dataset_words.h"
#include "world/progress_ticker.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

struct Clock {
  Seconds started = monotonic_now();
  Counters before;
  Seconds elapsed() const { return monotonic_now() - started; }
};

Progress progress_of(const GenerateCounters& counters, const GeneratePlan& plan, const Clock& clock) {
  const FileId below = plan.manifest.files_written;
  const bool checking = counters.checked < below && counters.files == 0 && counters.kept == 0;
  Progress progress;
  progress.elapsed = clock.elapsed();
  progress.phase = checking ? "checking" : "writing";
  const auto done =
      static_cast<double>(checking ? counters.checked.load() : below + counters.kept + counters.files);
  const double bytes = static_cast<double>(counters.bytes);
  progress.step = static_cast<std::uint64_t>(done);
  progress.steps = plan.manifest.files;
  // Large files count while they are written: by bytes where that says more than whole files do.
  const double by_files = done / static_cast<double>(plan.manifest.files);
  const double by_bytes =
      bytes / static_cast<double>(std::max<std::uint64_t>(plan.layout->stored_bytes(), 1));
  progress.fraction = std::min(1.0, checking ? by_files : std::max(by_files, by_bytes));
  if (progress.elapsed.value > 0) {
    progress.bytes_per_second = bytes / progress.elapsed.value;
    progress.samples_per_second = static_cast<double>(counters.files) / progress.elapsed.value;
  }
  return progress;
}

// Of sizes that are drawn, the share below `least`.
double share_below(const Law& sizes, std::uint64_t least) {
  constexpr int kDraws = 1000;  // chosen: a share that is worth a word is seen
  Random random(1);
  int below = 0;
  for (int i = 0; i < kDraws; ++i) below += draw(sizes, random) < static_cast<double>(least) ? 1 : 0;
  return static_cast<double>(below) / kDraws;
}

void warn_of_least_size(Json& record, const DatasetSpec& data) {
  const std::uint64_t least = stored_format(data.layout, data.content).min_bytes();
  const double share = share_below(data.sample_size, least);
  if (share > 0)
    record["warnings"].push_back(fmt::format(
        "{} of the samples are written larger than dataset.sample_size says: {} takes {} at least",
        format_percent(share), to_string(data.content), format_bytes({least})));
}

void describe_ask(Json& record, const GenerateOptions& options) {
  record["directory"] = options.directory;
  for (const std::string& warning : options.workload.warnings) record["warnings"].push_back(warning);
  warn_of_least_size(record, options.workload.dataset);
  if (options.workload.name.empty()) return;
  record["config"]["workload"] = options.workload.name;
  record["config"]["origin"] = options.workload.origin;
}

bool is_full(int error) { return error == ENOSPC || error == EDQUOT; }

std::string sentence_of(const WriteFailure& failure, const GeneratePlan& plan, const Manifest& manifest,
                        std::uint64_t bytes, const std::string& directory) {
  const std::string_view what = is_full(failure.error) ? "a full disk" : "an error";
  return fmt::format(
      "expected to write {} files to {} ({}), found {} at {} ({}) after at least {} of them and {} in "
      "this call: what is "
      "written is kept; free space or mend the target, then give the same command to resume",
      plan.manifest.files, directory, plan.space.filesystem, what, failure.path,
      describe_errno(failure.error), manifest.files_written, format_bytes({bytes}));
}

std::string foreign_sentence(const std::string& path, const std::string& found,
                             const std::string& directory) {
  return fmt::format(
      "expected {} in {} to be absent or as the dataset has it, found {} that is not: it is left as it is; move it "
      "away, then give the same command to resume",
      path, directory, found);
}

void add_results(Json& record, const GenerateCounters& counters, const Clock& clock, const Counters& after) {
  const Seconds elapsed = clock.elapsed();
  record["seconds"] = elapsed.value;
  record["files_written"] = counters.files.load();
  record["bytes_written"] = counters.bytes.load();
  if (elapsed.value > 0 && counters.files > 0) {
    set_number(record, "bytes_per_second", static_cast<double>(counters.bytes) / elapsed.value);
    set_number(record, "files_per_second", static_cast<double>(counters.files) / elapsed.value);
  }
  const Seconds cpu = (after.cpu_user - clock.before.cpu_user) + (after.cpu_system - clock.before.cpu_system);
  set_number(record, "cpu_seconds", cpu.value);
}

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

// One generation from the found state to the end, a stop or a failure.
class Generation {
 public:
  Generation(const GenerateOptions& options, Store& store, GeneratePlan& plan, std::stop_token stop)
      : store_(store), owned_(store.own(kManifestName)), plan_(plan), stop_(std::move(stop)) {
    write_.owned = owned_.get();
    write_.threads = thread_count(options.threads);
    write_.direct = options.direct;
    write_.keep_whole = plan.resumes;
  }

  void begin(std::string_view version) {
    if (plan_.resumes && !plan_.lost) return;
    plan_.manifest.aforo_version = version;
    if (const int error = save_manifest(*owned_, plan_.manifest)) {
      throw UserError(
          fmt::format("expected to write the marker {}, found {}", kManifestName, describe_errno(error)));
    }
  }

  // Returns what failed; sets `manifest` to the state that was saved.
  std::optional<WriteFailure> write(GenerateCounters& counters) {
    Manifest& manifest = state_ = plan_.manifest;
    const FileId mark = manifest.files_written;
    FilesFound found = find_incomplete(*plan_.layout, mark, write_, stop_, counters);
    if (stop_.stop_requested()) return std::nullopt;
    if (mark > 0 && !found.any_ours) require_nothing_else(store_, mark);
    if (found.foreign > 0) return in_the_way(std::move(found), manifest);
    FilesToWrite work{std::move(found.incomplete), mark, manifest.files};
    skipped_ = mark - work.again.size();
    if (work.size() == 0 && manifest.state == Manifest::State::kComplete) return std::nullopt;
    manifest.state = Manifest::State::kPartial;
    if (plan_.resumes) save_manifest(*owned_, manifest);  // no longer complete while files are written again

    FileClaims claims(0, work.size(), files_per_claim(*plan_.layout), write_.threads);
    const auto marked = [&] {
      const std::uint64_t done = claims.low_water();
      return done < work.again.size() ? mark : mark + (done - work.again.size());
    };
    GenerateKeeper keeper(*owned_, manifest, counters, marked);
    WriteOutcome outcome = write_files(*plan_.layout, work, write_, claims, stop_, counters);
    const GenerateKeeper::Kept kept = keeper.end();
    direct_refused_ = outcome.direct_refused;
    times_ = outcome.times;
    skipped_ += counters.kept;
    return finish(claims.low_water() == work.size(), marked(), kept, std::move(outcome.failure));
  }

  const Manifest& state() const { return state_; }
  std::uint64_t skipped() const { return skipped_; }
  bool direct_refused() const { return direct_refused_; }
  const WriteTimes& times() const { return times_; }

  // Of a failure: what lies at its path, for a sentence.
  std::string entry_at(const std::string& path) const { return describe_entry(*owned_, path); }

 private:
  // Nothing is written beside what somebody else put there: the marker stays as it is.
  WriteFailure in_the_way(FilesFound found, Manifest& manifest) {
    manifest.state = Manifest::State::kPartial;
    skipped_ = manifest.files_written - found.incomplete.size();
    manifest.files_written = found.incomplete.front();
    return {std::move(found.foreign_example), EEXIST};
  }

  // Files below `written` are written, those below `kept.mark` on storage: the marker vouches for what a sync that did
  // not fail has brought there.
  std::optional<WriteFailure> finish(bool all, FileId written, const GenerateKeeper::Kept& kept,
                                     std::optional<WriteFailure> failure) {
    const int lost = kept.error != 0 ? kept.error : owned_->sync();
    if (lost != 0 && !failure) failure = WriteFailure{".", lost};
    state_.files_written = lost != 0 ? kept.mark : written;
    if (all && !failure) state_.state = Manifest::State::kComplete;
    const int error = save_on_full_disk();
    if (error != 0 && !failure) failure = WriteFailure{std::string(kManifestName), error};
    return failure;
  }

  // A disk that is full to the last block has no room for the new marker either: the last files make it.
  int save_on_full_disk() {
    int error = save_manifest(*owned_, state_);
    for (int given = 0; given < kMostGiven && is_full(error) && state_.files_written > 0; ++given) {
      --state_.files_written;
      owned_->remove_file(plan_.layout->path(state_.files_written));
      state_.state = Manifest::State::kPartial;
      error = save_manifest(*owned_, state_);
    }
    return error;
  }

  // Files that are given up for the marker's room, one by one. Chosen: far more than one small
  // marker needs; a disk that stays full is somebody else's doing.
  static constexpr int kMostGiven = 16;
  Store& store_;
  std::unique_ptr<Owned> owned_;
  GeneratePlan& plan_;
  std::stop_token stop_;
  WriteOptions write_;
  Manifest state_;
  std::uint64_t skipped_ = 0;
  bool direct_refused_ = false;
  WriteTimes times_;
};

// Before anything is touched; absent = it can be. A dataset that is complete needs no writing.
std::optional<std::string> why_not_laid(const GeneratePlan& plan, const Store& store) {
  if (plan.unfit) return plan.unfit;
  const int error = store.may_write();
  if (error == 0 || (plan.resumes && plan.manifest.state == Manifest::State::kComplete)) return std::nullopt;
  return fmt::format("expected a directory that can be written, found {} for '{}'; choose another place",
                     describe_errno(error), store.where());
}

}  // namespace

GenerateOutcome plan_generate(const GenerateOptions& options) {
  const auto store = open_store(options.directory);
  const GeneratePlan plan = make_generate_plan(options.workload, *store, true, {});
  GenerateOutcome outcome;
  Json& record = outcome.record = start_record("generate", *store);
  record["dry_run"] = true;
  describe_ask(record, options);
  describe_plan(record, plan);
  record["state"] = plan.resumes ? to_string(plan.manifest.state) : "new";
  record["files_already_written"] = plan.manifest.files_written;
  record["fits"] = !plan.unfit.has_value();
  if (const auto why = why_not_laid(plan, *store)) {
    record["warnings"].push_back(*why);
    outcome.error = *why;
  }
  return outcome;
}

GenerateOutcome generate(const GenerateOptions& options, std::stop_token stop, const ProgressSink& sink) {
  const auto store = open_store(options.directory);
  GeneratePlan plan = make_generate_plan(options.workload, *store, false, stop);
  if (const auto why = why_not_laid(plan, *store)) throw UserError(*why);
  GenerateOutcome outcome;
  Json& record = outcome.record;
  record = start_record("generate", *store);
  describe_ask(record, options);
  describe_plan(record, plan);
  Clock clock;
  clock.before = store->counters();

  GenerateCounters counters;
  Generation generation(options, *store, plan, stop);
  generation.begin(aforo_version());
  std::optional<WriteFailure> failure;
  {
    const ProgressTicker ticker(sink, [&] { return progress_of(counters, plan, clock); });
    failure = generation.write(counters);
  }
  const Manifest& state = generation.state();
  if (failure) {
    outcome.error =
        failure->error == EEXIST
            ? foreign_sentence(failure->path, generation.entry_at(failure->path), options.directory)
            : sentence_of(*failure, plan, state, counters.bytes, options.directory);
    record["error"] = outcome.error;
  }
  outcome.files_complete = state.files_written;
  outcome.partial = state.state != Manifest::State::kComplete;
  add_results(record, counters, clock, store->counters());
  record["skipped_files"] = generation.skipped();
  record["state"] = to_string(state.state);
  record["files_complete"] = outcome.files_complete;
  record["partial"] = outcome.partial;
  record["threads"] = thread_count(options.threads);
  record["durable"] = "syncfs";
  record["create_seconds"] = percentiles(generation.times().create);
  record["write_seconds"] = percentiles(generation.times().write);
  if (generation.direct_refused()) {
    record["warnings"].push_back("this file system has no O_DIRECT: written through the page cache");
  }
  return outcome;
}

}  // namespace aforo
