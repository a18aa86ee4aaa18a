// What a Crew's own thread does: it calls the Wire, and nothing else.
#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <utility>

#include "hosts/crew.h"
#include "storage/engine.h"

namespace aforo {
namespace {

// Chosen: what one core is taken for at a meeting that ends soon, and the least and most that a thread sleeps before it
// looks again. A meeting that ends late is heard of a sixteenth of its wait late, 0.1 ms at most, and 0.1 % where it is
// long.
constexpr Seconds kBrisk{300e-6}, kShortestNap{1e-6}, kLongNap{1e-4}, kLongestNap{1e-3};
constexpr Seconds kIdle{0.1};    // where nothing is under way but signs of life
constexpr Seconds kBeat{1};      // between two of them
constexpr int kPings = 16;       // of which the shortest counts
constexpr Seconds kPingWait{2};  // for one

// The gravest first, of equals the lowest host: the maximum is joined().
std::uint64_t encoded(Vote vote) {
  return std::uint64_t{static_cast<std::uint8_t>(vote.ending)} << 32 |
         (std::numeric_limits<std::uint32_t>::max() - vote.host);
}
Vote decoded(std::uint64_t number) {
  return {static_cast<Ending>(number >> 32),
          std::numeric_limits<std::uint32_t>::max() - static_cast<std::uint32_t>(number)};
}

void nap(Seconds time) {
  const timespec length{0, static_cast<long>(time.value * 1e9)};
  ::nanosleep(&length, nullptr);
}

}  // namespace

void Crew::run(const std::function<std::unique_ptr<Wire>()>& open, std::promise<void> opened) {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  try {
    link_ = open();
  } catch (...) {
    opened.set_exception(std::current_exception());
    return;
  }
  host_ = link_->host(), hosts_ = link_->hosts();
  for (std::uint32_t h = 0; h < hosts_; ++h) names_.push_back("process " + std::to_string(h));
  parts_.resize(hosts_);
  beat_ = monotonic_now();
  heard_.assign(hosts_, beat_);
  opened.set_value();
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      turn();
      if (closing_ && gone_.empty() && !in_round_ && over_ && to_send_.empty() && !link_->sending()) {
        if (!stop_.stop_requested()) link_->well();
        break;
      }
      if (closing_ && (!gone_.empty() || stop_.stop_requested())) break;
    }
    rest();
  }
  link_.reset();
}

void Crew::turn() {
  turn_round();
  take_messages();
  for (WireMessage& out : to_send_) link_->send(out.from, std::move(out.bytes));
  to_send_.clear();
  keep_alive();
  if (clocks_wanted_) ping_all();
}

// A host that has left, or whose job has ended, gives its vote to every round that others still come to.
void Crew::turn_round() {
  if (!in_round_) {
    const bool comes = seated_ && !left_;
    if (over_ || !gone_.empty() || (comes && pending_ == nullptr)) return;
    const Vote vote = left_ ? *left_ : pending_ != nullptr ? pending_->vote : Vote{Ending::kNone, host_};
    link_->begin_round({encoded(vote), comes ? 1u : 0u});
    in_round_ = true, since_ = monotonic_now();
  }
  const std::optional<Round> all = link_->round();
  if (!all) return;
  in_round_ = false;
  over_ = all->second == 0;
  answer(decoded(all->first));
  if (over_) others_.notify_all();
}

void Crew::take_messages() {
  while (std::optional<WireMessage> message = link_->receive()) take(*message);
}

void Crew::take(const WireMessage& message) {
  Head head;
  if (message.bytes.size() < sizeof head) return;
  std::memcpy(&head, message.bytes.data(), sizeof head);
  heard_[message.from] = monotonic_now();
  std::string bytes = message.bytes.substr(sizeof head);
  switch (head.kind) {
    case Kind::kAlive:
      return;
    case Kind::kPart:
      parts_[message.from].push_back({head.number, head.refused, std::move(bytes)});
      break;
    case Kind::kReply:
      replies_.push_back({head.number, head.refused, std::move(bytes)});
      break;
    case Kind::kLost:
      return lose(head.number);
    case Kind::kPing:
      pinged_ = monotonic_now();
      return link_->send(message.from, Crew::message({Kind::kPong, false, 0, pinged_.value}));
    case Kind::kPong:
      pong_ = head.time;
      return;
  }
  others_.notify_all();
}

void Crew::keep_alive() {
  const Seconds now = monotonic_now();
  if (now - beat_ < kBeat) return;
  beat_ = now;
  const std::string alive = message({Kind::kAlive, false, 0, 0});
  for (std::uint32_t h = first() ? 1 : 0; h < (first() ? hosts_ : 1); ++h) {
    if (now - heard_[h] > silence_) lose(h);
    link_->send(h, alive);
  }
}

void Crew::lose(std::uint32_t host) {
  if (std::find(gone_.begin(), gone_.end(), host) != gone_.end()) return;
  gone_.insert(std::upper_bound(gone_.begin(), gone_.end(), host), host);
  if (first())
    for (std::uint32_t h = 1; h < hosts_; ++h)
      if (h != host) link_->send(h, message({Kind::kLost, false, host, 0}));
  answer(lost_vote());
  over_ = true, in_round_ = false;
  others_.notify_all();
}

void Crew::ping_all() {
  for (std::uint32_t h = 1; h < hosts_ && gone_.empty(); ++h) clocks_[h] = ping(h);
  clocks_wanted_ = false;
  others_.notify_all();
}

HostClock Crew::ping(std::uint32_t host) {
  HostClock best{Seconds{0}, kPingWait};
  for (int i = 0; i < kPings; ++i) {
    pong_.reset();
    const Seconds begin = monotonic_now();
    link_->send(host, message({Kind::kPing, false, 0, 0}));
    while (!pong_ && monotonic_now() - begin < kPingWait && !stop_.stop_requested()) {
      take_messages();
      link_->sending();
      if (!pong_) ::sched_yield();
    }
    const Seconds end = monotonic_now();
    if (!pong_) return best;
    const Seconds half = (end - begin) / 2;
    if (half < best.uncertainty) best = {Seconds{*pong_} - begin - half, half};
  }
  return best;
}

bool Crew::has_work() const {
  return waiting_ || closing_ || pending_ != nullptr || !to_send_.empty() || (!over_ && (left_ || !seated_));
}

void Crew::rest() {
  const Seconds now = monotonic_now();
  const bool sending = link_->sending();
  {
    std::unique_lock lock(mutex_);
    if (!in_round_ && !sending && !has_work()) {
      wire_.wait_for(lock, std::chrono::duration<double>(kIdle.value), [this] { return has_work(); });
      since_ = monotonic_now();
      return;
    }
  }
  const Seconds waited = now - std::max(since_, pinged_);
  if (waited < kBrisk || now - pinged_ < kLongestNap) {
    ::sched_yield();
    return;
  }
  nap(std::max(std::clamp(waited / 16, kShortestNap, kLongNap), std::min(waited / 1000, kLongestNap)));
}

}  // namespace aforo
