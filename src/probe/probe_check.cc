#include "probe/probe_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "base/error.h"
#include "pipeline/plan_job.h"
#include "probe/probe_units.h"
#include "probe/probe_window.h"
#include "storage/machine.h"
#include "world/cache_reset.h"
#include "world/usage.h"

namespace aforo {
namespace {

// Two levels and one of them twice again, or one that is looked at for twice as long, with what comes before: under a
// second. Chosen.
constexpr Seconds kLook{0.18}, kLongLook{0.25};
constexpr Seconds kGather{0.15};
// Of the readers at a look's end.
constexpr Seconds kPatience{0.1};
// x what the curve lets expect: storage may be faster now.
constexpr double kMoreUnits = 2;
constexpr std::size_t kMostUnits = 4096;
constexpr std::size_t kFewestUnits = 8;

class Check {
 public:
  Check(const ProbeCheckAsk& ask, std::stop_token stop)
      : ask_(ask),
        stop_(std::move(stop)),
        store_(*ask.settings.store),
        begin_(monotonic_now()),
        access_(access_of(ask.layout, ask.loader, std::max(ask.accelerators, 1U))) {}

  ProbeCheck run() {
    out_.probed = !ask_.storage.probed.empty();
    if (!out_.probed) return out_;
    out_.said = elsewhere();
    out_.stale = !out_.said.empty();
    if (!out_.stale) out_.why_not = look();
    out_.spent = monotonic_now() - begin_;
    return std::move(out_);
  }

 private:
  std::string date() const { return ask_.storage.probed.substr(0, 10); }

  // The place is another one: nothing there could be compared.
  std::string elsewhere() const {
    if (!ask_.storage.probed_place) return "";
    const ProbedPlace& then = *ask_.storage.probed_place;
    const StoreInfo& now = store_.info();
    const auto other = [](const std::string& a, const std::string& b) {
      return !a.empty() && !b.empty() && a != b;
    };
    if (!other(then.filesystem, now.type) && !other(then.device, now.device)) return "";
    const auto named = [](const std::string& type, const std::string& device) {
      return device.empty() || device == type ? type : type + " on " + device;
    };
    return fmt::format("the probe of {} is of another storage: it measured {}, {} lies on {}; probe this one",
                       date(), named(then.filesystem, then.device), store_.where(),
                       named(now.type, now.device));
  }

  bool through_cache() const {
    return ask_.loader.read_mode == ReadMode::kBuffered && !store_.info().memory_only &&
           store_.cache() != nullptr;
  }

  // Why nothing was compared; empty where it was.
  std::string look() {
    if (ask_.storage.tiers.size() != 1) return "the storage file has several tiers";
    const CurvesOfReads of{ask_.storage.tiers.front().curves, access_.kind, ask_.loader.read_mode};
    const ReadCurve* curve = nearest(of, access_.operation_bytes());
    if (curve == nullptr) return "the probe measured no such reads";
    if (access_.kind == ReadKind::kFile && curve->request.value > 0 && ask_.loader.transfer_size.value > 0 &&
        curve->request != ask_.loader.transfer_size)
      return "the probe read in requests of another size";
    Seconds length = kLook;
    std::vector<unsigned> levels = levels_to_check(*curve, readers(*curve), length);
    if (levels.empty()) {
      length = kLongLook;
      levels = levels_to_check(*curve, readers(*curve), length);
      if (levels.size() > 1) levels.erase(levels.begin());
    }
    if (levels.empty()) return "a read takes so long that a look of a second says nothing";
    try {
      return look_at(levels, length, of, *curve);
    } catch (const UserError&) {  // the job will say what is wrong here
      return "reading was refused";
    }
  }

  // Of the job, at most.
  double readers(const ReadCurve& curve) const {
    if (ask_.accelerators == 0) return curve.points.back().concurrency;
    return static_cast<double>(access_.readers) * ask_.accelerators;
  }

  std::string look_at(const std::vector<unsigned>& levels, Seconds length, const CurvesOfReads& of,
                      const ReadCurve& curve) {
    const ProbeUnits units(ask_.layout, access_.kind, ask_.layout.files(), stream_request(ask_.loader));
    std::vector<std::size_t> wanted;
    std::size_t all = 0;
    for (const unsigned level : levels) {
      const double per_unit =
          access_.kind == ReadKind::kStream ? std::max(1.0, units.mean_bytes() / curve.size) : 1;
      double rate = 0;
      for (const CurvePoint& point : curve.points)
        if (static_cast<unsigned>(point.concurrency) == level) rate = point.rate.value;
      const double count = kMoreUnits * rate * length.value / per_unit + 2.0 * level;
      wanted.push_back(std::min(static_cast<std::size_t>(count), kMostUnits));
      all += wanted.back();
    }
    all += (kStaleLooks - 1) * *std::max_element(wanted.begin(), wanted.end());
    gather(units, std::min(all, kMostUnits));
    if (chosen_.size() < kFewestUnits)
      return cached_ ? "its data lie in the page cache"
                     : "there is too little data, or opening it takes too long";
    ProbeReaders readers(ask_.layout, access_.kind, ask_.loader, units, ask_.settings);
    const double share = std::min(1.0, static_cast<double>(chosen_.size()) / static_cast<double>(all));
    const std::string why_not = look_again(readers, levels, wanted, share, length, of);
    if (through_cache()) CacheReset(store_, ask_.layout).drop_files(units.files_of(taken_), stop_);
    return why_not;
  }

  // Units, in a random order, whose reads storage has to answer: opening their files makes their names known, as they
  // were to the probe.
  void gather(const ProbeUnits& units, std::size_t count) {
    std::map<FileId, bool> good;
    ProbeCursor all(units.size(), static_cast<std::uint64_t>(begin_.value * 1e6), false);
    while (chosen_.size() < count && monotonic_now() - begin_ < kGather && !stop_.stop_requested()) {
      const auto unit = all.next();
      if (!unit) return;
      const FileId file = access_.kind == ReadKind::kStream ? units.piece(*unit).file
                                                            : ask_.layout.locate(units.sample(*unit)).file;
      const auto [at, is_new] = good.try_emplace(file, true);
      if (is_new) at->second = comes_from_storage(ask_.layout.path(file));
      if (at->second) chosen_.push_back(*unit);
      cached_ |= !at->second;
    }
  }

  bool comes_from_storage(const std::string& name) const {
    const CacheControl* cache = store_.cache();
    if (cache == nullptr) return true;
    if (through_cache() && ask_.may_drop) cache->drop(name);
    const auto known = cache->residency(name);
    return !through_cache() || (known && known->cached.value == 0);
  }

  // Each level once, and the one that is farthest off twice again; what they tell goes into out_. Why nothing was
  // compared, or empty.
  std::string look_again(ProbeReaders& readers, const std::vector<unsigned>& levels,
                         const std::vector<std::size_t>& wanted, double share, Seconds length,
                         const CurvesOfReads& of) {
    const auto part = [&](std::size_t i) {
      const auto fair = static_cast<std::size_t>(static_cast<double>(wanted[i]) * share);
      return std::max({fair, std::size_t{2} * levels[i], 2 * kFewestUnits});
    };
    std::size_t most = 0;  // off, of all levels: where it is looked at again
    double farthest = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const auto look = one(readers, levels[i], part(i), length, of);
      if (!look) continue;
      out_.looks.push_back(*look);
      const double off = std::abs(look->change) / look->error();
      if (look->is_off() && off > farthest) farthest = off, most = i;
    }
    if (stop_.stop_requested()) return "it was stopped";
    if (out_.looks.empty()) return why_no_look_;
    out_.compared = true;
    if (farthest == 0) return "";
    const auto first = std::find_if(out_.looks.begin(), out_.looks.end(),
                                    [&](const StaleLook& look) { return look.readers == levels[most]; });
    std::vector<StaleLook> there{*first};
    while (there.size() < kStaleLooks) {
      const auto look = one(readers, levels[most], part(most), length, of);
      if (!look) return "";
      there.push_back(*look);
    }
    *first = combined(there);
    if (has_changed(there)) say(*first, of.kind, readers);
    return "";
  }

  std::optional<StaleLook> one(ProbeReaders& readers, unsigned level, std::size_t count, Seconds length,
                               const CurvesOfReads& of) {
    count = std::min(count, chosen_.size());
    if (count < kFewestUnits || stop_.stop_requested()) {
      if (why_no_look_.empty()) why_no_look_ = "there is too little data";
      return std::nullopt;
    }
    std::vector<std::uint64_t> units(chosen_.end() - static_cast<std::ptrdiff_t>(count), chosen_.end());
    chosen_.resize(chosen_.size() - count);
    taken_.insert(taken_.end(), units.begin(), units.end());
    ProbeCursor cursor(std::move(units));
    const RawWindow raw = readers.run({level, length, kPatience}, cursor, stop_);
    if (!readers.fault().empty()) {
      why_no_look_ = "a read failed";
      return std::nullopt;
    }
    const auto cached = digest(raw).cache_share;
    if (through_cache() && cached && *cached > kCacheAllowed) {
      why_no_look_ = "the page cache answered";
      return std::nullopt;
    }
    const auto look = compare(raw, of);
    if (!look) why_no_look_ = "the probe measured no reads of that size";
    return look;
  }

  // Where others use the CPU, reads may be slow for want of it: then storage is not accused.
  void say(const StaleLook& look, ReadKind kind, const ProbeReaders& readers) {
    const auto others = other_cpu_share(readers.used(), describe_machine().cores);
    out_.stale = look.change > 0 || !others || *others <= kDisturbed;
    out_.said = out_.stale
                    ? fmt::format("the probe of {} is stale: {}; probe again", date(), words_of(look, kind))
                    : fmt::format(
                          "whether the probe of {} still holds could not be told: {}, but other processes "
                          "use {} of this machine's CPU",
                          date(), words_of(look, kind), format_percent(*others));
  }

  const ProbeCheckAsk& ask_;
  std::stop_token stop_;
  const Store& store_;
  Seconds begin_;
  Access access_;
  std::vector<std::uint64_t> chosen_, taken_;
  bool cached_ = false;  // something was left out for it
  std::string why_no_look_;
  ProbeCheck out_;
};

}  // namespace

ProbeCheck check_probe(const ProbeCheckAsk& ask, std::stop_token stop) {
  return Check(ask, std::move(stop)).run();
}

void add_check(Json& record, const ProbeCheck& check) {
  if (!check.probed) return;
  Json& json = record["storage_check"];
  json = {{"compared", check.compared}, {"stale", check.stale}, {"seconds", check.spent.value}};
  if (!check.why_not.empty()) json["why_not"] = check.why_not;
  for (const StaleLook& look : check.looks)
    json["looks"].push_back({{"concurrency", look.readers},
                             {"operation_bytes", look.bytes},
                             {"latency_seconds", look.now.value},
                             {"latency_seconds_probed", look.then.value},
                             {"log_rate_change", look.change},
                             {"standard_error", look.error()}});
  if (check.said.empty()) return;
  Json& warnings = record["warnings"];
  warnings.insert(warnings.begin(), Json(check.said));
}

}  // namespace aforo
