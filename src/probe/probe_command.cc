#include "probe/probe_command.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "pipeline/plan_job.h"
#include "probe/probe_steps.h"
#include "storage/machine.h"
#include "storage/open_store.h"
#include "workload/parse.h"
#include "world/lane_setup.h"
#include "world/progress_ticker.h"

namespace aforo {
namespace {

// Of the time. Chosen: a CPU time per sample needs some hundred samples, a curve
// all the time it can get.
constexpr double kLoaderShare = 0.06;
// Chosen: time for kLeastSamples of most loaders; longer would tell no more.
constexpr Seconds kShortestLoader{0.25}, kLongestLoader{3};
// Of a probe that chooses its length. Chosen: all levels get their windows in the first look, so that a job far from its
// limit is told at once; what is laid has to last for the windows of later rounds.
constexpr Seconds kFirstLook{6}, kFirstLaying{30};
// Of the time, where writing is measured too. Chosen: as many levels as reading has in one mode, and less noise.
constexpr double kWritingShare = 0.4;
constexpr std::uint64_t kBesideSeed = 0x62657369;  // of the order of units there; chosen, any will do

// One sweep for all looks of a mode: what is read beside writers is not read again, nor dropped file by file while they
// are at it, which on storage that they keep full takes as long as reading all of it.
struct ReadingBeside {
  ReadingBeside(const ProbeData& data, ReadMode mode, const JobSettings& settings, SweepAsk asked,
                const std::stop_token& stop)
      : of(data, mode, settings),
        bench(of.readers, of.reset, of.units.size(), mix64(17, kBesideSeed), false),
        sweep(bench, std::move(asked), stop, {}) {}
  CurveReaders of;
  SoloBench bench;
  ProbeSweep sweep;
};

}  // namespace

Probe::Probe(const ProbeOptions& options, const std::stop_token& stop, const ProgressSink& sink, Crew* crew)
    : options_(options),
      forward_(stop, [this] { ending_.request_stop(); }),
      stop_(ending_.get_token()),
      sink_(sink),
      store_(open_store(options.directory, options.access)),
      begin_(monotonic_now()),
      status_(begin_, options.budget) {
  if (crew != nullptr) crew_.emplace(*crew, ending_);
}

ProbeOutcome Probe::run() {
  if (options_.budget < ProbeOptions::kLeastBudget)
    throw UserError(fmt::format("--budget: expected at least {}, found {}",
                                format_seconds(ProbeOptions::kLeastBudget), format_seconds(options_.budget)));
  if (!options_.writes.empty()) {  // refused now, not after the reads
    write_ground_ = std::make_unique<WriteGround>(options_.writes);
    room_to_write(*write_ground_);
  }
  prepare();
  record_ = start_record("probe", *store_, started_);
  findings_.memory = read_memory().available;
  findings_.storage_below = !store_->info().memory_only;
  findings_.page_cache = findings_.storage_below && store_->cache() != nullptr;
  if (!findings_.storage_below)
    findings_.notes.push_back(
        "A memory filesystem: there is no storage below, the curves are what memory gives");
  {
    const ProgressTicker ticker(sink_, [this] { return status_(); });
    for (const ProbeData& data : data_)
      for (const ReadMode mode : modes_of(options_))
        if (!stop_.stop_requested()) probe_one(data, mode);
    if (!stop_.stop_requested()) probe_loader(data_.front());
    if (options_.precision && !stop_.stop_requested() && !findings_.curves.empty()) reach_precision();
    if (write_ground_ && !stop_.stop_requested()) measure_writing();
  }
  return conclude();
}

void Probe::prepare() {
  writing_time_ = options_.writes.empty() ? Seconds{0} : options_.budget * kWritingShare;
  const Seconds reading = options_.budget - writing_time_;
  const Seconds look = options_.precision ? std::min(reading, kFirstLook) : reading;
  const Seconds laying = options_.precision ? std::min(options_.budget, kFirstLaying) : options_.budget;
  const auto modes = modes_of(options_);
  const auto count = static_cast<unsigned>(modes.size());
  const bool warm = std::count(modes.begin(), modes.end(), ReadMode::kBuffered) > 0;
  const bool found = holds_dataset(*store_, options_.access);
  if (crew_) crew_->tell_found(found);
  if (found) {
    data_.push_back(found_data(store_, options_.workload, options_.io_threads, stop_));
  } else {
    const auto wishes = probe_wishes(options_.workload);
    const auto n = static_cast<unsigned>(wishes.size());
    ground_ = std::make_unique<ProbeGround>(*store_, options_.access, wishes);
    if (const Bytes left = ground_->left_over(); left.value > 0)
      warnings_.push_back(fmt::format(
          "{} that an earlier probe had left behind, as it was killed, were removed", format_bytes(left)));
    const Seconds time = share_out(laying, n, n * count, warm ? n : 0).laying;
    for (const ProbeWish& wish : wishes) data_.push_back(ground_->lay(wish, time, stop_, laying_sink()));
    findings_.laying = elapsed();
    std::vector<LaidFiles> laid;
    for (const ProbeData& data : data_) laid.push_back(data.laid);
    if (crew_) crew_->tell_laid(laid);
  }
  if (crew_) agree();
  for (const ProbeData& data : data_)
    warnings_.insert(warnings_.end(), data.warnings.begin(), data.warnings.end());
  const auto n = static_cast<unsigned>(data_.size());
  Seconds left = options_.precision ? look : std::max(look - elapsed(), look * 0.5);
  if (options_.workload) {
    loader_time_ = std::clamp(left * kLoaderShare, kShortestLoader, kLongestLoader);
    left -= loader_time_;
  }
  times_ = share_out(left, 0, n * count * static_cast<unsigned>(scopes().size()),
                     warm && !store_->info().memory_only && store_->cache() ? n : 0);
}

ProgressSink Probe::laying_sink() const {
  if (!sink_) return {};
  return [this](const Progress& laid) {
    Progress progress = laid;
    progress.phase = "laying data";
    progress.elapsed = elapsed();
    progress.fraction = std::min(1.0, progress.elapsed / options_.budget);
    progress.step = progress.steps = 0;
    sink_(progress);
  };
}

JobSettings Probe::settings_of(const ProbeData& data) const {
  return {data.store.get(), options_.engine, options_.io_threads, options_.io_timeout, {}};
}

void Probe::agree() {
  crew_->agree(options_, data_);
  const ProbeAgreement& agreed = crew_->agreement();
  const ProbeHosts& hosts = crew_->hosts();
  findings_.cores = agreed.cores_of(0);
  for (std::uint32_t p = 0; p < hosts.processes(); ++p)
    findings_.hosts.push_back({crew_->name(p), hosts.host_of(p), agreed.cores[p], agreed.clocks[p].offset,
                               agreed.clocks[p].uncertainty});
  for (std::string& text : told_of(agreed)) note(std::move(text));
}

void Probe::measure_writing() {
  WritingAsk ask;
  ask.modes = {ReadMode::kBuffered, ReadMode::kDirect};
  ask.time = writing_time_;
  ask.chunk = chunk_written(options_);
  if (crew_) {
    ask.writers.clear();
    for (const ProbeScope& scope : scopes())
      ask.writers.push_back({scope.scope, scope.hosts, crew_->writers(*write_ground_, scope.first_host_alone),
                             scope.hosts == 1});
  }
  WritingOutcome found = probe_writing(
      *write_ground_, ask, *store_, [this](ReadMode) { return readers_beside(); }, stop_,
      [this](std::string phase, BytesPerSecond rate) { status_.set(std::move(phase), {}, rate); });
  findings_.writes = std::move(found.curves);
  warnings_.insert(warnings_.end(), found.warnings.begin(), found.warnings.end());
}

ReadersBeside Probe::readers_beside() const {
  if (findings_.curves.empty() || findings_.curves.front().curve.points.empty()) return {};
  const ProbedCurve& job = findings_.curves.front();
  const auto readers = static_cast<unsigned>(knee_of(job.curve));
  const auto at = std::make_shared<std::unique_ptr<ReadingBeside>>();
  return {readers, [this, &job, readers, at](Seconds length) -> std::optional<PerSecond> {
            const bool goes_on = *at != nullptr;
            if (!goes_on) {
              SweepAsk asked =
                  cold_ask(data_.front(), CurveReaders::in_mode(data_.front().loader, job.curve.mode));
              asked.before = job.windows;
              *at = std::make_unique<ReadingBeside>(data_.front(), job.curve.mode, settings_of(data_.front()),
                                                    std::move(asked), stop_);
            }
            (*at)->sweep.measure_again(std::array{readers}, length, 1, goes_on);
            const SweepResult seen = (*at)->sweep.result();
            if (seen.windows.empty()) return std::nullopt;
            return seen.windows.back().rate;
          }};
}

void Probe::reach_precision() {
  const PrecisionAsk& asked = *options_.precision;
  ProbedCurve& job = findings_.curves.front();
  const std::vector<WindowDigest> first = job.windows;
  CurveReaders reading(data_.front(), job.curve.mode, settings_of(data_.front()));
  SoloBench bench(reading.readers, reading.reset, reading.units.size(), mix64(17, findings_.curves.size()),
                  false);
  SweepAsk ask = cold_ask(data_.front(), reading.loader);
  ask.before = first;
  ProbeSweep sweep(bench, ask, stop_, teller(data_.front(), ask.mode, false));
  const auto levels = [&](const Promise& now) { return levels_near(levels_of(job.curve), now.in_flight); };
  const PrecisionSteps steps{[&] {
                               status_.set("predicting the job");
                               return promise();
                             },
                             [&](const Promise& now, Seconds length) {
                               sweep.measure_again(levels(now), length, kRounds);
                               std::vector<WindowDigest> all = first;
                               const SweepResult more = sweep.result();
                               all.insert(all.end(), more.windows.begin(), more.windows.end());
                               refit(job, settled(all), *store_);
                             },
                             [&](const Promise& now) { return longest_at(levels(now), job.windows); },
                             [this] { return elapsed(); }, [this] { return stop_.stop_requested(); }};
  const Precision reached = narrow(asked.half_width, options_.budget, steps);
  const SweepResult more = sweep.result();
  count_bytes(findings_, more);
  job.discarded += more.discarded, job.spent += more.spent;
  add_notes(findings_, job.curve, more);
  if (reached.end == PrecisionEnd::kStopped) return;
  precision_ = reached;
  precision_text_ = precision_sentence(reached, asked, job.curve);
  if (reached.end == PrecisionEnd::kReached)
    note(precision_text_);
  else
    unknown("how a job fares, as narrowly as was asked: " + precision_text_);
}

Promise Probe::promise() const try {
  ProbeFindings so_far = findings_;
  settle(so_far);
  Promise now = options_.precision->promise(storage_from_findings(so_far, *store_, started_), stop_);
  const Access access = access_of(*options_.workload);
  if (!(now.in_flight > 0))
    now.in_flight = static_cast<double>(access.readers) * options_.workload->accelerator.count;
  now.windows = windows_near(so_far.curves.front().windows, now.in_flight);
  return now;
} catch (const Interrupted&) {
  return {};
}

ProbeOutcome Probe::conclude() {
  if (crew_) crew_->end();
  if (write_ground_) write_ground_->remove();
  if (ground_) {
    data_.clear();
    status_.set("removing the data");
    ground_->remove();
  }
  if (findings_.curves.empty() && stop_.stop_requested()) throw Interrupted();
  if (findings_.curves.empty())
    throw UserError(
        fmt::format("expected to measure at least one curve of {}, found none; give a larger --budget",
                    options_.directory));
  const std::vector<std::string> dropped = settle(findings_);
  warnings_.insert(warnings_.end(), dropped.begin(), dropped.end());
  findings_.spent = elapsed();
  ProbeOutcome outcome;
  outcome.storage = storage_from_findings(findings_, *store_, started_);
  add_probe_config(record_, options_, ground_ != nullptr);
  for (const std::string& warning : warnings_) record_["warnings"].push_back(warning);
  if (!engine_reason_.empty()) record_["warnings"].push_back(engine_reason_);
  add_findings(record_, findings_, outcome.storage);
  if (precision_) add_precision(record_, *precision_, *options_.precision, precision_text_);
  outcome.precision = precision_text_;
  outcome.partial = stop_.stop_requested();
  record_["partial"] = outcome.partial;
  outcome.record = std::move(record_);
  return outcome;
}

ProbeOutcome probe(const ProbeOptions& options, std::stop_token stop, const ProgressSink& progress,
                   Crew* crew) {
  if (crew == nullptr || crew->first()) return Probe(options, stop, progress, crew).run();
  probe_beside(options, *crew, stop);
  return {};
}

}  // namespace aforo
