#include "probe/probe_writes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/curve.h"
#include "model/curve_fit.h"
#include "storage/engine.h"

namespace aforo {
namespace {

// All chosen. Of the lone writer's small files, to tell a median by.
constexpr unsigned kSmallFiles = 5;
// A granule is written in so many times as many writes to tell what each takes, but none shorter than a direct write may be.
constexpr std::size_t kShorter = 16, kShortestWrite = 4096;
// Of a file's time: a smaller difference is noise.
constexpr double kTells = 0.1;
// Less than any storage's requests.
constexpr std::uint64_t kTinyFile = 4096;
// Of what so many writers of tiny files would come to if they did not meet: less is a limit.
constexpr double kOfAlone = 0.7;
// Of each writer at a level: two tell a spread.
constexpr unsigned kFilesEach = 2;
// Levels among which the time is shared: more come where the rate grows on.
constexpr double kLevels = 5;
// By which a level, or the one before it, must exceed the best of fewer writers for more to be tried.
constexpr double kWorthMore = 1.03;
// Whatever they take.
constexpr std::size_t kFewestLevels = 4;
constexpr Seconds kShortestLevel{0.1}, kLongestLevel{6};
// More than most device caches take, where time allows.
constexpr std::uint64_t kLargestFile = std::uint64_t{4} << 30;
constexpr std::uint64_t kFirstFile = std::uint64_t{64} << 20;
// Files are as many of these long, or of chunks where those are smaller: on slow storage a file is one short write.
constexpr std::size_t kGranule = std::size_t{8} << 20;
constexpr double kExpectedGrowth = 1.4;  // from one level to the next, so that files are not too small
constexpr double kOfBest = 0.9;
constexpr double kBesideSeconds = 0.5;

std::uint64_t whole_granules(double bytes, std::size_t granule, std::uint64_t most) {
  const double within = std::clamp(bytes, static_cast<double>(granule),
                                   static_cast<double>(std::max<std::uint64_t>(most, granule)));
  return static_cast<std::uint64_t>(within / static_cast<double>(granule)) * granule;
}

Seconds median_time(const WriteRun& run) {
  std::vector<double> times;
  for (const auto& files : run.files)
    for (const WrittenFile& file : files) times.push_back((file.end - file.begin).value);
  if (times.empty()) return Seconds{0};
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return Seconds{times[times.size() / 2]};
}

std::uint64_t bytes_of(const WriteRun& run) {
  std::uint64_t sum = 0;
  for (const auto& files : run.files)
    for (const WrittenFile& file : files) sum += file.bytes;
  return sum;
}

// While all of them were at it: until the first one has written its `count` files from `first` on.
std::optional<BytesPerSecond> rate_of(const WriteRun& run, std::size_t first, std::size_t count,
                                      Seconds per_file) {
  double from = 0, until = HUGE_VAL;
  for (const auto& files : run.files) {
    if (files.size() < first + count) return std::nullopt;
    from = std::max(from, files[first].begin.value);
    until = std::min(until, files[first + count - 1].end.value);
  }
  return write_rate(run, Seconds{from}, Seconds{until}, per_file);
}

}  // namespace

std::optional<BytesPerSecond> write_rate(const WriteRun& run, Seconds from, Seconds until, Seconds per_file) {
  double bytes = 0, busy = 0;
  for (const auto& files : run.files)
    for (const WrittenFile& file : files) {
      // What a file takes whatever its size is taken off in proportion: nobody knows when it falls due.
      const double whole = (file.end - file.begin).value;
      const double inside = std::min(file.end.value, until.value) - std::max(file.begin.value, from.value);
      if (inside <= 0 || whole <= 0) continue;
      const double share = inside / whole;
      bytes += share * static_cast<double>(file.bytes);
      busy += share * std::max(whole - per_file.value, whole / 100);
    }
  if (!(bytes > 0) || !(busy > 0)) return std::nullopt;
  return BytesPerSecond{run.writers * bytes / busy};
}

LoneWriter lone_writer(std::uint64_t small, Seconds small_time, std::uint64_t large, Seconds large_time) {
  const double more = static_cast<double>(large - small), longer = (large_time - small_time).value;
  // A small file that took as long as a large one says nothing of either: all is the bytes'.
  if (!(longer > 0)) return {Seconds{0}, BytesPerSecond{static_cast<double>(large) / large_time.value}};
  const double rate = more / longer;
  const double per_file = small_time.value - static_cast<double>(small) / rate;
  if (per_file <= 0) return {Seconds{0}, BytesPerSecond{static_cast<double>(large) / large_time.value}};
  return {Seconds{per_file}, BytesPerSecond{rate}};
}

PerSecond limit_of_files(const WriteRun& run, Seconds alone) {
  double from = 0, until = HUGE_VAL, made = 0;
  for (const auto& files : run.files) {
    if (files.empty()) return PerSecond{0};
    from = std::max(from, files.front().begin.value), until = std::min(until, files.back().end.value);
  }
  for (const auto& files : run.files)
    for (const WrittenFile& file : files) {
      const double whole = (file.end - file.begin).value;
      const double inside = std::min(file.end.value, until) - std::max(file.begin.value, from);
      if (inside > 0 && whole > 0) made += inside / whole;
    }
  if (!(until > from) || !(alone > Seconds{0})) return PerSecond{0};
  const PerSecond rate{made / (until - from)};
  return rate.value < kOfAlone * run.writers / alone.value ? rate : PerSecond{0};
}

Seconds time_of_a_write(std::size_t few, Seconds few_time, std::size_t many, Seconds many_time) {
  const Seconds more = many_time - few_time;
  if (many <= few || more < few_time * kTells) return Seconds{0};
  return more / static_cast<double>(many - few);
}

std::size_t granule_of(std::size_t chunk) { return std::min(chunk, kGranule); }

unsigned writers_beside(const WriteCurve& curve) {
  double best = 0;
  for (const WritePoint& point : curve.points) best = std::max(best, point.rate.value);
  for (const WritePoint& point : curve.points)
    if (point.rate.value >= kOfBest * best)
      return std::min(kMostBeside, static_cast<unsigned>(point.writers));
  return 1;
}

std::uint64_t file_beside(const WriteCurve& curve, unsigned writers, std::size_t granule) {
  const double rate = OperationCurve::of_writes(curve).rate(writers).value * OperationCurve::kWriteUnit;
  return whole_granules(rate * kBesideSeconds / writers, granule, kLargestFile);
}

namespace {

// One curve while it is measured.
class Levels {
 public:
  Levels(const WriteHand& write, std::size_t chunk, const WritesAsk& ask, const std::stop_token& stop,
         const WriteNews& news)
      : write_(write), chunk_(chunk), ask_(ask), stop_(stop), news_(news) {
    level_time_ = std::clamp(ask.time.value / kLevels, kShortestLevel.value, kLongestLevel.value);
    found_.curve.mode = ask.mode;
    found_.curve.chunk = Bytes{chunk};
    found_.curve.scope = ask.scope, found_.curve.hosts = ask.hosts;
  }

  ProbedWrites measure() {
    const Seconds begin = monotonic_now();
    if (alone()) further(begin), small_ones();
    found_.spent = monotonic_now() - begin;
    return std::move(found_);
  }

 private:
  // False where nothing more can be measured.
  bool alone() {
    told(1);
    const std::size_t granule = granule_of(chunk_);
    const WriteRun first = run(1, whole_granules(kFirstFile, granule, ask_.room.value), 1);
    const WriteRun small = run(1, granule, kSmallFiles);
    const WriteRun tiny = run(1, std::min<std::uint64_t>(kTinyFile, granule), kSmallFiles);
    if (bytes_of(first) == 0 || bytes_of(small) == 0 || bytes_of(tiny) == 0) return false;
    last_rate_ = static_cast<double>(bytes_of(first)) / median_time(first).value;
    const std::uint64_t large = file_at(1);
    const WriteRun whole = run(1, large, kFilesEach);
    if (whole.files[0].size() < kFilesEach) return false;
    if (large > granule) {
      const LoneWriter lone = lone_writer(granule, median_time(small), large, median_time(whole));
      // What is told from the difference of two long times may not exceed what a tiny file takes in all.
      found_.curve.per_file = Seconds{rounded_for_file(std::min(lone.per_file, median_time(tiny)).value)};
    }
    found_.curve.least = Seconds{rounded_for_file(median_time(tiny).value)};
    one_write(granule, median_time(small));
    keep(1, whole);
    return true;
  }

  // A granule was one write, and took `whole`.
  void one_write(std::size_t granule, Seconds whole) {
    const std::size_t shorter =
        std::max(granule / kShorter / kShortestWrite, std::size_t{1}) * kShortestWrite;
    if (shorter >= granule) return;
    const WriteRun many = run(1, granule, kFilesEach, shorter);
    if (many.files[0].empty()) return;
    const std::size_t writes = (granule + shorter - 1) / shorter;
    const Seconds each = time_of_a_write(1, whole, writes, median_time(many));
    found_.curve.per_write = Seconds{rounded_for_file(each.value)};
  }

  void further(Seconds begin) {
    for (unsigned n = 2; n <= ask_.most_writers && !stop_.stop_requested() && grows(); n *= 2) {
      const bool enough = found_.curve.points.size() >= kFewestLevels;
      if (enough && monotonic_now() - begin > ask_.time) {
        found_.notes.push_back(
            fmt::format("{}: no time was left for more than {} side by side", name(), n / 2));
        return;
      }
      const std::uint64_t bytes = file_at(n);
      if (bytes * n > ask_.room.value) {
        found_.notes.push_back(
            fmt::format("{}: no room was left for more than {} side by side", name(), n / 2));
        return;
      }
      told(n);
      const WriteRun level = run(n, bytes, kFilesEach);
      if (!keep(n, level)) return;
    }
  }

  // Of as many writers as the curve goes to, whether they get in each other's way.
  void small_ones() {
    if (found_.curve.points.empty() || stop_.stop_requested()) return;
    const auto writers = static_cast<unsigned>(found_.curve.points.back().writers);
    if (writers < 2) return;
    const auto bytes = std::min<std::uint64_t>(kTinyFile, granule_of(chunk_));
    found_.curve.files = PerSecond{
        rounded_for_file(limit_of_files(run(writers, bytes, kSmallFiles), found_.curve.least).value)};
  }

  bool grows() const {
    const std::vector<WritePoint>& points = found_.curve.points;
    if (points.size() < kFewestLevels) return true;
    double before = 0;
    for (std::size_t i = 0; i + 2 < points.size(); ++i) before = std::max(before, points[i].rate.value);
    return std::max(points[points.size() - 1].rate, points[points.size() - 2].rate).value >=
           kWorthMore * before;
  }

  std::uint64_t file_at(unsigned n) const {
    const double expected = last_rate_ * (n == 1 ? 1 : kExpectedGrowth);
    return whole_granules(expected * level_time_ / (n * kFilesEach), granule_of(chunk_),
                          std::min<std::uint64_t>(kLargestFile, ask_.room.value / n));
  }

  WriteRun run(unsigned writers, std::uint64_t bytes, unsigned files, std::size_t chunk = 0) {
    WriterAsk ask{writers, bytes, files, ask_.mode};
    ask.chunk = chunk;
    WriteRun done = write_(ask, stop_);
    found_.bytes += bytes_of(done);
    if (done.error != 0)
      found_.unknown.push_back(fmt::format("{}: not measured further, {}", name(), done.fault));
    return done;
  }

  bool keep(unsigned n, const WriteRun& run) {
    const Seconds per_file = found_.curve.per_file;
    const auto all = rate_of(run, 0, kFilesEach, per_file);
    if (!all) return false;
    double least = all->value, most = all->value;
    for (std::size_t i = 0; i < kFilesEach; ++i)
      if (const auto once = rate_of(run, i, 1, per_file))
        least = std::min(least, once->value), most = std::max(most, once->value);
    last_rate_ = all->value;
    double best = 0;
    for (const WritePoint& point : found_.curve.points) best = std::max(best, point.rate.value);
    if (last_rate_ < kCollapsed * best) {
      found_.notes.push_back(fmt::format(
          "{}: {} writers are left out, they had less than a tenth of the rate of fewer", name(), n));
      return false;
    }
    found_.curve.file = Bytes{run.files[0][0].bytes};
    found_.curve.points.push_back({static_cast<double>(n), BytesPerSecond{rounded_for_file(all->value)},
                                   rounded_for_file((most - least) / all->value)});
    return true;
  }

  void told(unsigned n) const {
    if (news_) news_(n, BytesPerSecond{last_rate_});
  }
  std::string name() const {
    return fmt::format("Writing, {}{}", to_string(ask_.mode),
                       ask_.scope == StationScope::kHost ? ", one host alone"
                       : ask_.hosts > 1                  ? fmt::format(", {} hosts", ask_.hosts)
                                                         : std::string());
  }

  const WriteHand& write_;
  const std::size_t chunk_;
  const WritesAsk& ask_;
  const std::stop_token& stop_;
  const WriteNews& news_;
  double level_time_ = 1, last_rate_ = 0;
  ProbedWrites found_;
};

}  // namespace

ProbedWrites measure_writes(const WriteHand& write, std::size_t chunk, const WritesAsk& ask,
                            const std::stop_token& stop, const WriteNews& news) {
  return Levels(write, chunk, ask, stop, news).measure();
}

}  // namespace aforo
