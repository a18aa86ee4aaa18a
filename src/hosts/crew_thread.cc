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
constexpr Seconds kBeat{0.25};   // between two of them
constexpr int kPings = 16;       // of which the shortest counts
constexpr Seconds kPingWait{2};  // for one
// Whoever has not been heard of for so long may be dead, and is sent nothing that can be spared: where Open MPI 4.1 finds
// that it cannot connect to a process any more, it stops looking at the sockets of all others.
constexpr Seconds kDoubtful{0.6};
// For the round that tells the others of an end at once: longer than any takes among processes that live.
constexpr Seconds kEndRound{0.1};
// For what was sent last where somebody is gone: a message to a process that is dead may never leave.
constexpr Seconds kLastWords{0.3};

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
  Seconds leave_by{0};
  for (;;) {
    turn();
    {
      const bool sending = link_->sending();
      const std::lock_guard lock(mutex_);
      if (closing_ && gone_.empty() && !in_round_ && over_ && to_send_.empty() && !sending) {
        if (!stop_.stop_requested() && !broken_) link_->well();
        break;
      }
      // What was said last still goes out: why all end, to those that wait to hear it.
      if (closing_ && leave_by.value == 0) leave_by = monotonic_now() + kLastWords;
      if (closing_ && (!gone_.empty() || stop_.stop_requested()) && to_send_.empty() &&
          (!sending || monotonic_now() > leave_by))
        break;
    }
    rest();
  }
  link_.reset();
}

// The lock is never held while MPI is called: where that does not come back for a while, as beside a peer that died,
// whoever waits for this thread still comes to his own end.
void Crew::turn() {
  turn_round();
  take_messages();
  std::vector<WireMessage> out;
  bool clocks = false;
  {
    const std::lock_guard lock(mutex_);
    out.swap(to_send_);
    clocks = clocks_wanted_;
  }
  for (WireMessage& message : out)
    if (!message.bytes.starts_with(static_cast<char>(Kind::kEnd)) || !is_doubtful(message.from))
      link_->send(message.from, std::move(message.bytes));
  keep_alive();
  if (clocks) ping_all();
}

// A host that has left, or whose job has ended, gives its vote to every round that others still come to.
void Crew::turn_round() {
  if (!in_round_) {
    Round mine;
    {
      const std::lock_guard lock(mutex_);
      const bool comes = seated_ && !left_;
      if (over_ || broken_ || !gone_.empty() || (comes && pending_ == nullptr)) return;
      const Vote vote = left_ ? *left_ : pending_ != nullptr ? pending_->vote : Vote{Ending::kNone, host_};
      mine = {encoded(vote), comes ? 1u : 0u};
    }
    link_->begin_round(mine);
    in_round_ = true, since_ = monotonic_now();
  }
  const std::optional<Round> all = link_->round();
  if (!all) return end_without_round();
  const std::lock_guard lock(mutex_);
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
      if (first()) link_->send(message.from, Crew::message({Kind::kAlive, false, 0, 0, {}}));
      return;
    case Kind::kPart:
    case Kind::kReply:
      break;
    case Kind::kLost:
      return lose(head.number);
    case Kind::kEnd:
      return hear_end({head.ending, head.number}, message.from);
    case Kind::kPing:
      pinged_ = monotonic_now();
      return link_->send(message.from, Crew::message({Kind::kPong, false, 0, pinged_.value, {}}));
    case Kind::kPong:
      pong_ = head.time;
      return;
  }
  const std::lock_guard lock(mutex_);
  (head.kind == Kind::kPart ? parts_[message.from] : replies_)
      .push_back({head.number, head.refused, std::move(bytes)});
  others_.notify_all();
}

// The others say that they are there, and the first answers: it sends nothing to a process that may be dead.
void Crew::keep_alive() {
  const Seconds now = monotonic_now();
  if (now - beat_ < kBeat) return;
  beat_ = now;
  for (std::uint32_t h = first() ? 1 : 0; h < (first() ? hosts_ : 1); ++h)
    if (now - heard_[h] > silence_) lose(h);
  if (!first() && !is_gone(0)) link_->send(0, message({Kind::kAlive, false, 0, 0, {}}));
}

bool Crew::is_doubtful(std::uint32_t host) const { return monotonic_now() - heard_[host] > kDoubtful; }

void Crew::hear_end(Vote vote, std::uint32_t from) {
  {
    const std::lock_guard lock(mutex_);
    if (ends_) return;
    ends_ = vote;
    end_by_ = monotonic_now() + kEndRound;
  }
  if (!first()) return;
  for (std::uint32_t h = 1; h < hosts_; ++h)
    if (h != from && !is_doubtful(h)) link_->send(h, message({Kind::kEnd, false, vote.host, 0, vote.ending}));
}

void Crew::end_without_round() {
  const std::lock_guard lock(mutex_);
  if (!ends_ || monotonic_now() < end_by_) return;
  answer(*ends_);
  broken_ = over_ = true, in_round_ = false;
  others_.notify_all();
}

void Crew::lose(std::uint32_t host) {
  {
    const std::lock_guard lock(mutex_);
    if (is_gone(host)) return;
    gone_.insert(std::upper_bound(gone_.begin(), gone_.end(), host), host);
    answer(lost_vote());
    over_ = true, in_round_ = false;
    others_.notify_all();
  }
  if (!first()) return;
  for (std::uint32_t h = 1; h < hosts_; ++h)
    if (!is_gone(h)) link_->send(h, message({Kind::kLost, false, host, 0, {}}));
}

void Crew::ping_all() {
  std::vector<HostClock> clocks(hosts_);
  for (std::uint32_t h = 1; h < hosts_; ++h) clocks[h] = ping(h);
  const std::lock_guard lock(mutex_);
  clocks_ = std::move(clocks);
  clocks_wanted_ = false;
  others_.notify_all();
}

HostClock Crew::ping(std::uint32_t host) {
  HostClock best{Seconds{0}, kPingWait};
  for (int i = 0; i < kPings; ++i) {
    pong_.reset();
    const Seconds begin = monotonic_now();
    link_->send(host, message({Kind::kPing, false, 0, 0, {}}));
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
