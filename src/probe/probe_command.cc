#include "probe/probe_command.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "pipeline/plan_job.h"
#include "probe/probe_curves.h"
#include "probe/probe_record.h"
#include "probe/probe_status.h"
#include "probe/probe_sweep.h"
#include "probe/probe_target.h"
#include "probe/probe_writing.h"
#include "probe/write_ground.h"
#include "storage/machine.h"
#include "storage/open_store.h"
#include "workload/parse.h"
#include "world/lane_setup.h"
#include "world/progress_ticker.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

// Of what is available, data to have in the page cache. Chosen: more might push itself out again.
constexpr double kMemoryForCache = 0.25;
// Chosen: far more than the processor's caches hold, so that memory is what is
// measured; more takes longer to read in.
constexpr double kWarmMostBytes = 1u << 30;
// Of the time. Chosen: a CPU time per sample needs some hundred samples, a curve
// all the time it can get.
constexpr double kLoaderShare = 0.06;
// Chosen: time for kLeastSamples of most loaders; longer would tell no more.
constexpr Seconds kShortestLoader{0.25}, kLongestLoader{3};
// Of a warm curve's time: to read its data once. The rest is for the windows.
constexpr double kWarmReadShare = 0.4;
// Of a cached window's bytes, from the cache. Chosen: what is less speaks of storage too.
constexpr double kCachedEnough = 0.95;
// Of a probe that chooses its length. Chosen: all levels get their windows in the first look, so that a job far from its
// limit is told at once; what is laid has to last for the windows of later rounds.
constexpr Seconds kFirstLook{6}, kFirstLaying{30};
// Of the time, where writing is measured too. Chosen: as many levels as reading has in one mode, and less noise.
constexpr double kWritingShare = 0.4;
// Memory answers in one way: a few levels show where its rate stops growing.
constexpr std::uint64_t kBesideSeed = 0x62657369;  // of the order of units there; chosen, any will do
constexpr unsigned kWarmLevels[] = {1, 2, 4, 16};

// At least. Chosen for a piece of a shard: half of the requests that ProbeUnits cuts it to, as files end.
double operations_per_unit(const Access& access) {
  constexpr double kOfPieces = 8;
  return access.kind == ReadKind::kStream ? kOfPieces : access.operations_per_sample();
}

class Probe {
 public:
  Probe(const ProbeOptions& options, std::stop_token stop, const ProgressSink& sink)
      : options_(options),
        stop_(std::move(stop)),
        sink_(sink),
        store_(open_store(options.directory)),
        begin_(monotonic_now()),
        status_(begin_, options.budget) {}

  ProbeOutcome run() {
    if (options_.budget < ProbeOptions::kLeastBudget)
      throw UserError(fmt::format("--budget: expected at least {}, found {}",
                                  format_seconds(ProbeOptions::kLeastBudget),
                                  format_seconds(options_.budget)));
    if (!options_.writes.empty()) {  // refused now, not after the reads
      write_ground_ = std::make_unique<WriteGround>(options_.writes);
      room_to_write(*write_ground_);
    }
    prepare();
    record_ = start_record("probe", *store_, started_);
    findings_.memory = read_memory().available;
    findings_.storage_below = !store_->info().memory_only;
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

 private:
  Seconds elapsed() const { return monotonic_now() - begin_; }
  void note(std::string text) { findings_.notes.push_back(std::move(text)); }
  void unknown(std::string text) { findings_.unknown.push_back(std::move(text)); }

  // Finds or lays what is read, and shares the time out.
  void prepare() {
    writing_time_ = options_.writes.empty() ? Seconds{0} : options_.budget * kWritingShare;
    const Seconds reading = options_.budget - writing_time_;
    const Seconds look = options_.precision ? std::min(reading, kFirstLook) : reading;
    const Seconds laying = options_.precision ? std::min(options_.budget, kFirstLaying) : options_.budget;
    const auto modes = modes_of(options_);
    const auto count = static_cast<unsigned>(modes.size());
    const bool warm = std::count(modes.begin(), modes.end(), ReadMode::kBuffered) > 0;
    if (holds_dataset(*store_)) {
      data_.push_back(found_data(store_, options_.workload, options_.io_threads, stop_));
    } else {
      const auto wishes = probe_wishes(options_.workload);
      const auto n = static_cast<unsigned>(wishes.size());
      ground_ = std::make_unique<ProbeGround>(*store_, wishes);
      if (const Bytes left = ground_->left_over(); left.value > 0)
        warnings_.push_back(fmt::format(
            "{} that an earlier probe had left behind, as it was killed, were removed", format_bytes(left)));
      const Seconds time = share_out(laying, n, n * count, warm ? n : 0).laying;
      for (const ProbeWish& wish : wishes) data_.push_back(ground_->lay(wish, time, stop_, laying_sink()));
      findings_.laying = elapsed();
    }
    for (const ProbeData& data : data_)
      warnings_.insert(warnings_.end(), data.warnings.begin(), data.warnings.end());
    const auto n = static_cast<unsigned>(data_.size());
    Seconds left = options_.precision ? look : std::max(look - elapsed(), look * 0.5);
    if (options_.workload) {
      loader_time_ = std::clamp(left * kLoaderShare, kShortestLoader, kLongestLoader);
      left -= loader_time_;
    }
    times_ = share_out(left, 0, n * count, warm && !store_->info().memory_only ? n : 0);
  }

  ProgressSink laying_sink() const {
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

  JobSettings settings_of(const ProbeData& data) const {
    return {data.store.get(), options_.engine, options_.io_threads, options_.io_timeout, {}};
  }

  void probe_one(const ProbeData& data, ReadMode mode) {
    CurveReaders reading(data, mode, settings_of(data), mix64(17, findings_.curves.size()));
    findings_.engine = reading.readers.engine(), findings_.io_threads = reading.readers.io_threads();
    engine_reason_ = reading.readers.engine_reason();
    const SweepAsk ask = cold_ask(data, reading.loader);
    ProbeSweep sweep(reading.readers, reading.cursor, reading.reset, ask, stop_, teller(data, mode, false));
    sweep.measure();
    const SweepResult cold = sweep.result();
    if (cold.refused) return refuse_direct();
    add_curve(findings_, ask, cold, reading.loader.transfer_size, *store_);
    count_bytes(findings_, cold);
    if (mode == ReadMode::kBuffered && findings_.storage_below && !cold.stopped && !cold.windows.empty())
      probe_warm(data, reading.units, reading.readers, reading.reset);
  }

  SweepAsk cold_ask(const ProbeData& data, const LoaderSpec& loader) const {
    return within_open_files({data.kind,
                              loader.read_mode,
                              false,
                              findings_.storage_below,
                              times_.cold,
                              readers_in_memory(data),
                              {},
                              findings_.curves.size() + 1,
                              data.files,
                              operations_per_unit(access_of(*data.layout, loader, 1)),
                              options_.precision ? kRounds : kLeastRounds},
                             options_.io_threads);
  }

  // In the modes that a checkpoint may be written in, whatever a job reads in.
  void measure_writing() {
    WritingAsk ask{{ReadMode::kBuffered, ReadMode::kDirect}, writing_time_};
    if (options_.workload && options_.workload->checkpoint.any())
      ask.chunk = options_.workload->checkpoint.chunk;
    WritingOutcome found = probe_writing(
        *write_ground_, ask, *store_, [this](ReadMode) { return readers_beside(); }, stop_,
        [this](std::string phase, BytesPerSecond rate) { status_.set(std::move(phase), {}, rate); });
    findings_.writes = std::move(found.curves);
    warnings_.insert(warnings_.end(), found.warnings.begin(), found.warnings.end());
  }

  // Those of the first curve at its knee: as many as keep storage full.
  ReadersBeside readers_beside() const {
    if (findings_.curves.empty() || findings_.curves.front().curve.points.empty()) return {};
    const ProbedCurve& job = findings_.curves.front();
    const auto readers = static_cast<unsigned>(knee_of(job.curve));
    return {readers, [this, &job, readers](Seconds length) -> std::optional<PerSecond> {
              CurveReaders reading(data_.front(), job.curve.mode, settings_of(data_.front()),
                                   mix64(17, kBesideSeed));
              SweepAsk asked = cold_ask(data_.front(), reading.loader);
              asked.before = job.windows;
              ProbeSweep sweep(reading.readers, reading.cursor, reading.reset, asked, stop_, {});
              sweep.measure_again(std::array{readers}, length, 1);
              const SweepResult seen = sweep.result();
              if (seen.windows.empty()) return std::nullopt;
              return seen.windows.back().rate;
            }};
  }

  // More windows of the first curve, that of the job's reads, until the job is known narrowly enough.
  void reach_precision() {
    const PrecisionAsk& asked = *options_.precision;
    ProbedCurve& job = findings_.curves.front();
    const std::vector<WindowDigest> first = job.windows;
    CurveReaders reading(data_.front(), job.curve.mode, settings_of(data_.front()),
                         mix64(17, findings_.curves.size()));
    SweepAsk ask = cold_ask(data_.front(), reading.loader);
    ask.before = first;
    ProbeSweep sweep(reading.readers, reading.cursor, reading.reset, ask, stop_,
                     teller(data_.front(), ask.mode, false));
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

  // Of what was measured until now. A stop in its middle is one of the probe: what was measured stays.
  Promise promise() const try {
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

  // Needs a workload that says what a loader does.
  void probe_loader(const ProbeData& data) {
    if (!options_.workload) return;
    status_.set("the loader's own CPU time");
    CacheReset reset(*data.store, *data.layout);
    if (findings_.storage_below) drop_all(reset, data.files, stop_);
    Workload workload = *options_.workload;
    if (!findings_.curves.empty()) workload.loader.read_mode = findings_.curves.front().curve.mode;
    LoaderOutcome found = loader_cost(workload, *data.layout, settings_of(data), loader_time_, stop_);
    findings_.loader = found.cost;
    if (!found.why_not.empty()) unknown("The loader's own CPU time: not measured, " + found.why_not);
    findings_.sample_bytes = data.layout->mean_sample();
  }

  void refuse_direct() {
    const std::string& type = store_->info().type;
    if (modes_of(options_).size() == 1)
      throw UserError(
          fmt::format("expected a filesystem with direct I/O at {}, found {} without; use --read buffered",
                      options_.directory, type));
    note(fmt::format("Direct reads: this filesystem ({}) has none, only buffered ones were measured", type));
  }

  // Some of the data, read once and then measured again and again.
  void probe_warm(const ProbeData& data, const ProbeUnits& units, ProbeReaders& readers, CacheReset& reset) {
    const ReadCurve& cold = findings_.curves.back().curve;
    double best = 0;
    for (const CurvePoint& point : cold.points) best = std::max(best, point.rate.value * cold.size);
    const double bytes = std::min({kWarmMostBytes, best * times_.warm.value * kWarmReadShare,
                                   kMemoryForCache * static_cast<double>(read_memory().available.value)});
    const std::uint64_t some = units.holding(bytes);
    ProbeCursor once(some, 1, false);
    const auto knee = static_cast<unsigned>(knee_of(cold));
    const Seconds before = monotonic_now();
    status_.set("reading into the page cache");
    if (!read_once(readers, once, knee, times_.warm * 2, stop_)) {
      if (!stop_.stop_requested())
        unknown(
            fmt::format("{}: not measured from the page cache, there was no time to read the data into it",
                        name_of(cold)));
      return;
    }
    ProbeCursor cursor(some, 2, true);
    SweepAsk ask{data.kind,
                 ReadMode::kBuffered,
                 true,
                 true,
                 std::max(times_.warm - (monotonic_now() - before), times_.warm * 0.4),
                 readers_in_memory(data),
                 {},
                 3};
    ask = within_open_files(std::move(ask), options_.io_threads);
    for (const unsigned n : kWarmLevels)
      if (n <= ask.most_readers) ask.levels.push_back(n);
    ProbeSweep sweep(readers, cursor, reset, ask, stop_, teller(data, ReadMode::kBuffered, true));
    sweep.measure();
    SweepResult warm = sweep.result();
    const auto spilled = [](const WindowDigest& w) {
      return w.cache_share && *w.cache_share < kCachedEnough;
    };
    const auto gone = std::erase_if(warm.windows, spilled);
    warm.discarded += static_cast<unsigned>(gone);
    if (gone)
      warm.notes.push_back(fmt::format("{} of {} windows were left out: storage had to serve part of them",
                                       gone, gone + warm.windows.size()));
    if (!warm.windows.empty()) add_curve(findings_, ask, warm, {}, *store_);
  }

  WindowNews teller(const ProbeData& data, ReadMode mode, bool cached) {
    return [this, kind = data.kind, mode, cached](unsigned readers, PerSecond rate, BytesPerSecond bytes) {
      status_.set(fmt::format("{} {}{}, {} in flight", to_string(mode), to_string(kind),
                              cached ? " cached" : "", readers),
                  rate, bytes);
    };
  }

  ProbeOutcome conclude() {
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

  const ProbeOptions& options_;
  std::stop_token stop_;
  const ProgressSink& sink_;
  std::shared_ptr<Store> store_;
  Seconds begin_;
  ProbeStatus status_;
  std::unique_ptr<WriteGround> write_ground_;
  std::unique_ptr<ProbeGround> ground_;
  std::vector<ProbeData> data_;
  std::vector<std::string> warnings_;
  ProbeTimes times_;
  Seconds loader_time_{0}, writing_time_{0};
  ProbeFindings findings_;
  std::optional<Precision> precision_;
  std::string precision_text_;
  std::string engine_reason_;
  const std::string started_ = utc_now();
  Json record_;
};

}  // namespace

ProbeOutcome probe(const ProbeOptions& options, std::stop_token stop, const ProgressSink& progress) {
  return Probe(options, std::move(stop), progress).run();
}

}  // namespace aforo
