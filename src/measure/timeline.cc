#include "measure/timeline.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

namespace aforo {
namespace {

constexpr int kFinestWidth =
    -10;  // a millisecond. Chosen: nobody looks closer, and short runs still fill a picture
constexpr double kFurthest = 1e12;  // s; no clock tells more
constexpr double kWhole = 255;      // a bin that one state fills

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t three = static_cast<std::uint32_t>(bytes[i]) << 16 |
                                (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1]) << 8 : 0u) |
                                (left > 2 ? static_cast<std::uint32_t>(bytes[i + 2]) : 0u);
    out += kDigits[three >> 18];
    out += kDigits[three >> 12 & 63];
    out += left > 1 ? kDigits[three >> 6 & 63] : '=';
    out += left > 2 ? kDigits[three & 63] : '=';
  }
  return out;
}

}  // namespace

RankTimeline::RankTimeline(std::uint32_t first, std::uint32_t ranks)
    : first_(first),
      ranks_(ranks),
      width_(kFinestWidth),
      seconds_per_bin_(std::ldexp(1.0, kFinestWidth)),
      bins_per_second_(std::ldexp(1.0, -kFinestWidth)) {
  while (rows() > kMostRows) ++group_;
}

std::uint32_t RankTimeline::ranks_in(std::size_t row) const {
  const std::uint64_t begin = ((first_ >> group_) + std::uint64_t{row}) << group_;
  const std::uint64_t end = begin + (std::uint64_t{1} << group_);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(end, std::uint64_t{first_} + ranks_) -
                                    std::max<std::uint64_t>(begin, first_));
}

std::int64_t RankTimeline::bin_at(double at) const {
  const double bins = at * bins_per_second_;
  const auto towards_zero = static_cast<std::int64_t>(bins);
  return towards_zero - (bins < static_cast<double>(towards_zero) ? 1 : 0);
}

void RankTimeline::add(const RankStep& step) {
  constexpr State kInOrder[kStates] = {kLoadWait, kCompute, kBarrierWait, kOther};
  const double lasted[kStates] = {std::max(0.0, step.load_wait.value), std::max(0.0, step.compute.value),
                                  std::max(0.0, step.barrier_wait.value), std::max(0.0, step.other.value)};
  double at = step.begin.value;
  const double end = at + lasted[0] + lasted[1] + lasted[2] + lasted[3];
  const bool told = at > -kFurthest && end > at && end < kFurthest;
  if (step.rank - first_ >= ranks_ || !told) return;
  begin_ = bins_ == 0 ? at : std::min(begin_, at);
  const std::int64_t from = bin_at(at), last = bin_at(end);
  const bool at_edge = static_cast<double>(last) * seconds_per_bin_ == end;
  const bool in_one = hold(from, std::max(from, at_edge ? last - 1 : last));
  const std::size_t row = row_of(step.rank);
  if (in_one) {  // as nearly all are, once a run has lasted for a while
    double* const cell = cell_of(bin_at(at), row);
    for (std::size_t i = 0; i < kStates; ++i) cell[kInOrder[i]] += lasted[i];
  } else {
    for (std::size_t i = 0; i < kStates; ++i) spread(row, kInOrder[i], at, lasted[i]);
  }
}

void RankTimeline::spread(std::size_t row, State state, double& at, double seconds) {
  if (seconds == 0) return;
  const double end = at + seconds;
  std::int64_t bin = bin_at(at);
  for (double* cell = cell_of(bin, row) + state; at < end; ++bin, cell += stride()) {
    const double until = std::min(end, static_cast<double>(bin + 1) * seconds_per_bin_);
    *cell += until - at;
    at = until;
  }
}

bool RankTimeline::hold(std::int64_t from, std::int64_t to) {
  const auto end = [&] { return first_bin_ + static_cast<std::int64_t>(bins_); };
  if (from >= first_bin_ && to < end()) return from == to;
  if (bins_ == 0) {
    seconds_.reserve(kMostBins * stride());
    first_bin_ = from;
  }
  while (std::max(to + 1, end()) - std::min(from, first_bin_) > static_cast<std::int64_t>(kMostBins)) {
    coarsen();
    from >>= 1, to >>= 1;
    if (bins_ == 0) first_bin_ = from;
  }
  if (from < first_bin_) {
    const auto more = static_cast<std::size_t>(first_bin_ - from);
    seconds_.insert(seconds_.begin(), more * stride(), 0.0f);
    first_bin_ = from, bins_ += more;
  }
  if (to >= end()) {
    bins_ = static_cast<std::size_t>(to - first_bin_) + 1;
    seconds_.resize(bins_ * stride(), 0.0f);
  }
  return from == to;
}

void RankTimeline::coarsen() {
  const std::size_t length = stride();
  const std::int64_t first = first_bin_ >> 1;
  std::size_t bins = 0;
  for (std::size_t i = 0; i < bins_; ++i) {
    const std::int64_t bin = first_bin_ + static_cast<std::int64_t>(i);
    const auto target = static_cast<std::size_t>((bin >> 1) - first);
    const double* const from = seconds_.data() + i * length;
    double* const to = seconds_.data() + target * length;
    const bool second = target + 1 == bins;  // of its pair; the first has been put there
    for (std::size_t k = 0; k < length; ++k) to[k] = second ? to[k] + from[k] : from[k];
    bins = target + 1;
  }
  first_bin_ = first, bins_ = bins;
  seconds_.resize(bins_ * length);
  ++width_;
  seconds_per_bin_ = std::ldexp(1.0, width_), bins_per_second_ = std::ldexp(1.0, -width_);
}

void RankTimeline::regroup(std::uint32_t first, std::uint32_t ranks, unsigned group) {
  RankTimeline out(first, ranks);
  out.group_ = group;
  out.seconds_.reserve(kMostBins * out.stride());
  out.seconds_.resize(bins_ * out.stride(), 0.0f);
  for (std::size_t row = 0; row < rows(); ++row) {
    const std::size_t target = out.row_of(((first_ >> group_) + static_cast<std::uint32_t>(row)) << group_);
    for (std::size_t bin = 0; bin < bins_; ++bin)
      for (std::size_t state = 0; state < kStates; ++state)
        out.seconds_[bin * out.stride() + target * kStates + state] +=
            seconds_[bin * stride() + row * kStates + state];
  }
  seconds_ = std::move(out.seconds_);
  first_ = first, ranks_ = ranks, group_ = group;
}

void RankTimeline::merge(const RankTimeline& other) {
  RankTimeline theirs = other;
  const std::uint32_t first = std::min(first_, theirs.first_);
  const std::uint32_t ranks = std::max(first_ + ranks_, theirs.first_ + theirs.ranks_) - first;
  RankTimeline all(first, ranks);
  const unsigned group = std::max({group_, theirs.group_, all.group_});
  regroup(first, ranks, group), theirs.regroup(first, ranks, group);
  if (theirs.bins_ == 0) return;
  begin_ = bins_ == 0 ? theirs.begin_ : std::min(begin_, theirs.begin_);
  while (width_ < theirs.width_) coarsen();
  while (theirs.width_ < width_) theirs.coarsen();
  hold(theirs.first_bin_, theirs.first_bin_ + static_cast<std::int64_t>(theirs.bins_) - 1);
  while (theirs.width_ < width_) theirs.coarsen();
  const std::size_t at = static_cast<std::size_t>(theirs.first_bin_ - first_bin_) * stride();
  for (std::size_t i = 0; i < theirs.seconds_.size(); ++i) seconds_[at + i] += theirs.seconds_[i];
}

// Ends of states are rounded, not states: so they never make more than the whole bin.
void RankTimeline::add_shares(std::vector<std::uint8_t>& out, std::size_t row) const {
  const double room = ranks_in(row) * seconds_per_bin_;
  for (std::size_t bin = 0; bin < bins_; ++bin) {
    const double* const cell = seconds_.data() + bin * stride() + row * kStates;
    double sum = 0;
    for (std::size_t state = 0; state < kStates; ++state) sum += cell[state];
    const double scale = kWhole / std::max(sum, room);
    double until = 0;
    std::uint32_t rounded = 0;
    for (std::size_t state = 0; state < kStates; ++state) {
      until += cell[state];
      const auto end = static_cast<std::uint32_t>(std::min(kWhole, std::floor(until * scale + 0.5)));
      out.push_back(static_cast<std::uint8_t>(end - rounded));
      rounded = end;
    }
  }
}

Json RankTimeline::json() const {
  if (bins_ == 0) return {};
  Json list = Json::array();
  std::vector<std::uint8_t> shares;
  shares.reserve(bins_ * stride());
  std::uint32_t first = first_;
  for (std::size_t row = 0; row < rows(); ++row) {
    list.push_back({{"first_rank", first}, {"ranks", ranks_in(row)}});
    first += ranks_in(row);
    add_shares(shares, row);
  }
  const double begin = static_cast<double>(first_bin_) * seconds_per_bin_ - begin_;
  return {{"begin_seconds", begin},
          {"end_seconds", begin + static_cast<double>(bins_) * seconds_per_bin_},
          {"bin_seconds", seconds_per_bin_},
          {"bins", bins_},
          {"rows", std::move(list)},
          {"states", {"compute", "load_wait", "barrier_wait", "other"}},
          {"shares", base64(shares)}};
}

}  // namespace aforo
