// The keys of measured writing.
#include <algorithm>

#include "model/curve.h"
#include "model/scalar_keys.h"
#include "model/storage_keys.h"

namespace aforo {
namespace {

// Chosen far beyond any storage there is: they stop slips of a unit, not systems.
constexpr double kMostSideBySide = 1e6;
constexpr Bytes kLargestFile{1ULL << 50};
constexpr std::uint32_t kMostHosts = 1'000'000;
constexpr double kMostLeft = 1.5;  // of a rate beside others: above 1 is noise

std::string check_write_point(const std::vector<WritePoint>& points, std::size_t i) {
  const WritePoint& point = points[i];
  if (i > 0 && point.writers <= points[i - 1].writers)
    return fmt::format("expected more writers than the {} of the point before, found {}",
                       points[i - 1].writers, point.writers);
  BytesPerSecond best = point.rate;
  for (std::size_t j = 0; j < i; ++j) best = std::max(best, points[j].rate);
  if (!(point.rate > BytesPerSecond{0}) || point.rate < best * kCollapsed)
    return fmt::format(
        "expected a rate of at least 10 % of the best of fewer writers ({}), found {}; measure it again",
        format_rate(best), format_rate(point.rate));
  return {};
}

std::string check_mix(const WriteMix& mix) {
  if (mix.readers >= 1 && mix.writers >= 1) return {};
  return "expected readers and writers, at least one of each, found fewer";
}

Key<WriteCurve> write_points_key() {
  Key<WriteCurve> key;
  key.name = "points";
  key.form = "list of points";
  key.text = "What was measured, by rising writers.";
  key.required = true;
  key.read = [](WriteCurve& curve, const YamlNode& node, const Where& where) -> std::string {
    curve.points = read_list(write_point_schema(), WritePoint{}, node, where);
    for (std::size_t i = 0; i < curve.points.size(); ++i)
      if (const std::string error = check_write_point(curve.points, i); !error.empty())
        where.fail(node.items[i].line, error);
    return {};
  };
  key.write = [](const WriteCurve& curve, const WriteCurve&) {
    std::string out;
    for (const WritePoint& point : curve.points)
      out += "\n- " + write_flow(write_point_schema(), point, WritePoint{});
    return out;
  };
  return key;
}

Key<WriteCurve> beside_key() {
  Key<WriteCurve> key;
  key.name = "beside";
  key.form = "readers and writers";
  key.text =
      "What is left of each where some read while others write; left out, a writer counts as a reader.";
  key.read = [](WriteCurve& curve, const YamlNode& node, const Where& where) -> std::string {
    read_map(write_mix_schema(), curve.beside, node, where);
    return {};
  };
  key.write = [](const WriteCurve& curve, const WriteCurve& defaults) {
    return curve.beside == defaults.beside ? std::string()
                                           : write_flow(write_mix_schema(), curve.beside, WriteMix{});
  };
  return key;
}

// Of curve `i` beside those before it.
std::string check_single(const std::vector<WriteCurve>& curves, std::size_t i) {
  for (std::size_t j = 0; j < i; ++j)
    if (curves[j].mode == curves[i].mode && curves[j].synced == curves[i].synced &&
        curves[j].scope == curves[i].scope)
      return fmt::format("expected one curve per mode, sync and scope, found a second of {} writes, {}",
                         to_string(curves[i].mode), curves[i].synced ? "synced" : "not synced");
  return {};
}

}  // namespace

const Schema<WritePoint>& write_point_schema() {
  static const Schema<WritePoint> schema{
      {value_key({"writers", "That write side by side, each a file of its own.", true}, &WritePoint::writers,
                 number_words(1, kMostSideBySide)),
       value_key(
           {"rate", "Bytes per second, all together, without what a file takes whatever its size.", true},
           &WritePoint::rate, bandwidth_words({1}, {1e15})),
       value_key({"spread", "(largest - smallest) / median rate over repetitions; 0 if measured once."},
                 &WritePoint::spread, share_words(0, 100))},
      nullptr,
      [](const WritePoint&) { return std::string("point"); }};
  return schema;
}

const Schema<WriteMix>& write_mix_schema() {
  static const Schema<WriteMix> schema{
      {value_key({"readers", "That read side by side meanwhile.", true}, &WriteMix::readers,
                 number_words(0, kMostSideBySide)),
       value_key({"writers", "That write.", true}, &WriteMix::writers, number_words(0, kMostSideBySide)),
       value_key({"reads", "Share of the rate that these readers have alone.", true}, &WriteMix::reads,
                 share_words(1e-4, kMostLeft)),
       value_key({"writes", "Share of the rate that these writers have alone.", true}, &WriteMix::writes,
                 share_words(1e-4, kMostLeft))},
      check_mix,
      [](const WriteMix&) { return std::string("mix"); }};
  return schema;
}

const Schema<WriteCurve>& write_schema() {
  static const Schema<WriteCurve> schema{
      {choice_key({"write", "Through the page cache, or past it (O_DIRECT).", true}, &WriteCurve::mode,
                  names_of<ReadMode>(2)),
       choice_key({"sync", "Whether a file's bytes are on storage before its writer goes on (fsync)."},
                  &WriteCurve::synced, {"no", "yes"}),
       choice_key(
           {"scope",
            "What storage gives to all hosts together, or what one host gets of it; a writer is served at the lower "
            "of both. Shared if left out."},
           &WriteCurve::scope, names_of<StationScope>(2)),
       value_key(
           {"hosts",
            "Of a shared curve: hosts that the writers were spread over while it was measured; 1 if left out."},
           &WriteCurve::hosts, count_words(1, kMostHosts)),
       value_key({"file", "Bytes of each file while it was measured; 0 if unknown."}, &WriteCurve::file,
                 bytes_words(Bytes{1}, kLargestFile)),
       value_key({"chunk", "Bytes of one write; 0 if unknown."}, &WriteCurve::chunk,
                 bytes_words(Bytes{1}, kLargestFile)),
       value_key({"per_file", "What a file takes whatever its size: creating, syncing and closing it."},
                 &WriteCurve::per_file, seconds_words({3600})),
       value_key({"least", "What a file takes at least, however small; 0 if unknown."}, &WriteCurve::least,
                 seconds_words({3600})),
       value_key(
           {"files",
            "Small files per second that all writers together come to at most; 0 where no limit was met."},
           &WriteCurve::files, rate_words({1e12})),
       value_key(
           {"per_write",
            "What one write takes whatever its size, so that a job that writes less at a time is slower; 0 where that is "
            "nothing or unknown."},
           &WriteCurve::per_write, seconds_words({3600})),
       write_points_key(), beside_key()},
      nullptr,
      [](const WriteCurve&) { return std::string("write curve"); }};
  return schema;
}

std::vector<WriteCurve> read_write_curves(const YamlNode& node, const Where& where) {
  std::vector<WriteCurve> curves = read_list(write_schema(), WriteCurve{}, node, where);
  for (std::size_t i = 0; i < curves.size(); ++i)
    if (const std::string error = check_single(curves, i); !error.empty())
      where.fail(node.items[i].line, error);
  return curves;
}

std::string check_write_curves(const std::vector<WriteCurve>& curves) {
  for (std::size_t i = 0; i < curves.size(); ++i) {
    std::string error = check_single(curves, i);
    if (error.empty() && curves[i].points.empty())
      error = "expected a write curve of at least one point, found none";
    for (std::size_t j = 0; j < curves[i].points.size() && error.empty(); ++j)
      error = check_write_point(curves[i].points, j);
    if (error.empty() && curves[i].beside != WriteMix{}) error = check_mix(curves[i].beside);
    if (!error.empty()) return error;
  }
  return {};
}

std::string write_write_curves(const std::vector<WriteCurve>& curves) {
  std::string out;
  for (const WriteCurve& curve : curves)
    out += "\n- " + indented(write_block(write_schema(), curve, WriteCurve{}), 2);
  return out;
}

}  // namespace aforo
