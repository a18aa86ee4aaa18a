#include "probe/probe_command.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "pipeline/plan_job.h"
#include "probe/probe_record.h"
#include "probe/probe_sweep.h"
#include "probe/probe_target.h"
#include "storage/machine.h"
#include "storage/open_store.h"
#include "workload/parse.h"
#include "world/progress_ticker.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

// Of what is available: read buffers and batches in flight. Chosen, as the next: twice a quarter
// leaves half to whoever else is there.
constexpr double kMemoryForReads = 0.25;
// ... and data to have in the page cache: more might push itself out again.
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
// Memory answers in one way: a few levels show where its rate stops growing.
constexpr unsigned kWarmLevels[] = {1, 2, 4, 16};

// What the progress line shows; set by the probing thread, read by the ticker's.
class ProbeStatus {
 public:
  ProbeStatus(Seconds begin, Seconds budget) : begin_(begin), budget_(budget) {}
  void set(std::string phase, PerSecond rate, BytesPerSecond bytes) {
    const std::lock_guard lock(mutex_);
    phase_ = std::move(phase), rate_ = rate, bytes_ = bytes;
  }
  Progress operator()() {
    const std::lock_guard lock(mutex_);
    Progress progress;
    progress.elapsed = monotonic_now() - begin_;
    progress.fraction = std::min(0.99, progress.elapsed / budget_);
    progress.phase = phase_;
    progress.samples_per_second = rate_.value;
    progress.bytes_per_second = bytes_.value;
    return progress;
  }

 private:
  Seconds begin_, budget_;
  std::mutex mutex_;
  std::string phase_;
  PerSecond rate_{0};
  BytesPerSecond bytes_{0};
};

std::vector<ReadMode> modes_of(const ProbeOptions& options) {
  if (!options.modes.empty()) return options.modes;
  if (options.workload) return {options.workload->loader.read_mode};
  return {ReadMode::kBuffered, ReadMode::kDirect};
}

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
    }
    return conclude();
  }

 private:
  Seconds elapsed() const { return monotonic_now() - begin_; }
  void note(std::string text) { findings_.notes.push_back(std::move(text)); }

  // Finds or lays what is read, and shares the time out.
  void prepare() {
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
      const Seconds time = share_out(options_.budget, n, n * count, warm ? n : 0).laying;
      for (const ProbeWish& wish : wishes) data_.push_back(ground_->lay(wish, time, stop_, laying_sink()));
      findings_.laying = elapsed();
    }
    for (const ProbeData& data : data_)
      warnings_.insert(warnings_.end(), data.warnings.begin(), data.warnings.end());
    const auto n = static_cast<unsigned>(data_.size());
    Seconds left = std::max(options_.budget - elapsed(), options_.budget * 0.5);
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

  unsigned most_readers(const ProbeData& data) const {
    const std::uint64_t largest = std::max<std::uint64_t>(data.layout->largest_sample(), 1);
    std::uint64_t each = data.kind == ReadKind::kStream ? stream_request(data.loader)
                                                        : std::min(largest, request_size(data.loader));
    if (data.loader.deliver == Deliver::kBatch && data.kind != ReadKind::kStream) each += largest;
    const double fit =
        kMemoryForReads * static_cast<double>(read_memory().available.value) / static_cast<double>(each);
    if (fit < 1)
      throw UserError(
          fmt::format("expected a read to fit into memory, found {} needed by each and {} available; "
                      "lower loader.read.transfer_size",
                      format_bytes({each}), format_bytes(read_memory().available)));
    return static_cast<unsigned>(std::min<double>(kMostReaders, fit));
  }

  void probe_one(const ProbeData& data, ReadMode mode) {
    LoaderSpec loader = data.loader;
    loader.read_mode = mode;
    const ProbeUnits units(*data.layout, data.kind, data.files, stream_request(loader));
    const JobSettings settings{
        data.store.get(), options_.engine, options_.io_threads, options_.io_timeout, {}};
    ProbeReaders readers(*data.layout, data.kind, loader, units, settings);
    findings_.engine = readers.engine(), findings_.io_threads = readers.io_threads();
    engine_reason_ = readers.engine_reason();
    CacheReset reset(*data.store, *data.layout);
    ProbeCursor cursor(units.size(), mix64(17, findings_.curves.size()), false);
    SweepAsk ask{data.kind,   mode,
                 false,       findings_.storage_below,
                 times_.cold, most_readers(data),
                 {},          findings_.curves.size() + 1,
                 data.files,  operations_per_unit(access_of(*data.layout, loader, 1))};
    const SweepResult cold = sweep(readers, cursor, reset, ask, stop_, teller(data, mode, false));
    if (cold.refused) return refuse_direct();
    add_curve(ask, cold, loader.transfer_size);
    findings_.bytes += cold.bytes, findings_.bytes_from_storage += cold.bytes_from_storage;
    findings_.from_storage_known &= cold.from_storage_known;
    if (mode == ReadMode::kBuffered && findings_.storage_below && !cold.stopped && !cold.windows.empty())
      probe_warm(data, units, readers, reset);
  }

  // Needs a workload that says what a loader does.
  void probe_loader(const ProbeData& data) {
    if (!options_.workload) return;
    status_.set("the loader's own CPU time", PerSecond{0}, BytesPerSecond{0});
    const JobSettings settings{
        data.store.get(), options_.engine, options_.io_threads, options_.io_timeout, {}};
    CacheReset reset(*data.store, *data.layout);
    if (findings_.storage_below) drop_all(reset, data.files, stop_);
    Workload workload = *options_.workload;
    if (!findings_.curves.empty()) workload.loader.read_mode = findings_.curves.front().curve.mode;
    LoaderOutcome found = loader_cost(workload, *data.layout, settings, loader_time_, stop_);
    findings_.loader = found.cost;
    if (!found.why_not.empty()) note("The loader's own CPU time: not measured, " + found.why_not);
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
    status_.set("reading into the page cache", PerSecond{0}, BytesPerSecond{0});
    if (!read_once(readers, once, knee, times_.warm * 2, stop_)) {
      if (!stop_.stop_requested())
        note(fmt::format("{}: not measured from the page cache, there was no time to read the data into it",
                         name_of(cold)));
      return;
    }
    ProbeCursor cursor(some, 2, true);
    const unsigned most = most_readers(data);
    SweepAsk ask{data.kind,
                 ReadMode::kBuffered,
                 true,
                 true,
                 std::max(times_.warm - (monotonic_now() - before), times_.warm * 0.4),
                 most,
                 {},
                 3};
    for (const unsigned n : kWarmLevels)
      if (n <= most) ask.levels.push_back(n);
    SweepResult warm = sweep(readers, cursor, reset, ask, stop_, teller(data, ReadMode::kBuffered, true));
    const auto spilled = [](const WindowDigest& w) {
      return w.cache_share && *w.cache_share < kCachedEnough;
    };
    const auto gone = std::erase_if(warm.windows, spilled);
    warm.discarded += static_cast<unsigned>(gone);
    if (gone)
      warm.notes.push_back(fmt::format("{} of {} windows were left out: storage had to serve part of them",
                                       gone, gone + warm.windows.size()));
    if (!warm.windows.empty()) add_curve(ask, warm, {});
  }

  WindowNews teller(const ProbeData& data, ReadMode mode, bool cached) {
    return [this, kind = data.kind, mode, cached](unsigned readers, PerSecond rate, BytesPerSecond bytes) {
      status_.set(fmt::format("{} {}{}, {} in flight", to_string(mode), to_string(kind),
                              cached ? " cached" : "", readers),
                  rate, bytes);
    };
  }

  // `request`: of the loader, 0 as it is usually.
  void add_curve(const SweepAsk& ask, const SweepResult& result, Bytes request) {
    if (result.windows.empty()) return;
    ProbedCurve probed{fit_curve(ask.kind, ask.mode, ask.cached, result.windows), result.windows,
                       result.discarded, result.spent};
    if (probed.curve.points.empty()) return;
    if (ask.kind == ReadKind::kStream && ask.mode == ReadMode::kBuffered && !ask.cached &&
        read_ahead(result.windows))
      probed.curve.ahead = read_ahead_below();
    if (ask.kind == ReadKind::kFile && ask.mode == ReadMode::kDirect) probed.curve.request = request;
    for (const std::string& text : result.notes) {
      std::string named = name_of(probed.curve) + ": " + text;
      note(std::move(named));
    }
    if (!ask.cached && findings_.storage_below && !result.from_storage_known)
      note(name_of(probed.curve) +
           ": nothing on this system counts what storage served, so whether the page cache "
           "helped could not be told");
    findings_.curves.push_back(std::move(probed));
  }

  Bytes read_ahead_below() const {
    const CacheControl* cache = store_->cache();
    return cache ? cache->readahead().value_or(Bytes{0}) : Bytes{0};
  }

  ProbeOutcome conclude() {
    if (ground_) {
      data_.clear();
      status_.set("removing the data", PerSecond{0}, BytesPerSecond{0});
      ground_->remove();
    }
    if (findings_.curves.empty() && stop_.stop_requested()) throw Interrupted();
    if (findings_.curves.empty())
      throw UserError(
          fmt::format("expected to measure at least one curve of {}, found none; give a larger --budget",
                      options_.directory));
    set_shares();
    for (const std::string& text : drop_collapsed(findings_)) note(text), warnings_.push_back(text);
    findings_.spent = elapsed();
    ProbeOutcome outcome;
    outcome.storage = storage_from_findings(findings_, *store_, started_);
    describe(record_);
    add_findings(record_, findings_, outcome.storage);
    outcome.partial = stop_.stop_requested();
    record_["partial"] = outcome.partial;
    outcome.record = std::move(record_);
    return outcome;
  }

  void set_shares() {
    std::vector<ReadCurve> curves;
    std::vector<bool> measured;
    for (const ProbedCurve& probed : findings_.curves) {
      curves.push_back(probed.curve);
      measured.push_back(share_is_measured(probed.windows));
    }
    for (std::string& text : set_size_shares(curves, measured)) note(std::move(text));
    for (std::size_t i = 0; i < curves.size(); ++i) findings_.curves[i].curve = std::move(curves[i]);
  }

  void describe(Json& record) const {
    Json& config = record["config"];
    config["directory"] = options_.directory;
    if (options_.workload) {
      config["workload"] = options_.workload->name;
      config["origin"] = options_.workload->origin;
    }
    config["budget_seconds"] = options_.budget.value;
    config["read"] = Json::array();
    for (const ReadMode mode : modes_of(options_)) config["read"].push_back(to_string(mode));
    config["laid"] = ground_ != nullptr;
    for (const std::string& warning : warnings_) record["warnings"].push_back(warning);
    if (!engine_reason_.empty()) record["warnings"].push_back(engine_reason_);
  }

  const ProbeOptions& options_;
  std::stop_token stop_;
  const ProgressSink& sink_;
  std::shared_ptr<Store> store_;
  Seconds begin_;
  ProbeStatus status_;
  std::unique_ptr<ProbeGround> ground_;
  std::vector<ProbeData> data_;
  std::vector<std::string> warnings_;
  ProbeTimes times_;
  Seconds loader_time_{0};
  ProbeFindings findings_;
  std::string engine_reason_;
  const std::string started_ = utc_now();
  Json record_;
};

}  // namespace

ProbeOutcome probe(const ProbeOptions& options, std::stop_token stop, const ProgressSink& progress) {
  return Probe(options, std::move(stop), progress).run();
}

}  // namespace aforo
