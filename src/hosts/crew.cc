#include "hosts/crew.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <set>
#include <utility>

#include "storage/engine.h"

namespace aforo {
namespace {

std::string gone_sentence(const std::string& name, Seconds silence) {
  return fmt::format(
      "expected {} to answer, found it silent for {:.0f} s: it is gone, or cut off; the job has ended", name,
      silence.value);
}

}  // namespace

std::string Crew::message(Head head, const std::string& bytes) {
  std::string text(sizeof head, '\0');
  std::memcpy(text.data(), &head, sizeof head);
  return text += bytes;
}

Crew::Crew(const std::function<std::unique_ptr<Wire>()>& open, const Hello& mine, std::stop_token stop,
           Seconds silence)
    : stop_(std::move(stop)), silence_(silence) {
  std::promise<void> opened;
  std::future<void> is_open = opened.get_future();
  thread_ = std::thread([this, &open, &opened] { run(open, std::move(opened)); });
  try {
    is_open.get();
    say_hello(mine);
  } catch (...) {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wire_.notify_one();
    thread_.join();
    throw;
  }
}

Crew::~Crew() {
  {
    const std::lock_guard lock(mutex_);
    seated_ = false, closing_ = true;
  }
  wire_.notify_one();
  thread_.join();
}

void Crew::say_hello(const Hello& mine) {
  const std::string names = exchange(mine.version + '\n' + mine.name, [&](const Parts& parts) {
    std::string all;
    for (std::uint32_t h = 0; h < hosts_; ++h) {
      if (!parts[h]) throw UserError(gone_sentence(fmt::format("process {}", h), silence_));
      const std::size_t end = parts[h]->find('\n');
      const std::string version = parts[h]->substr(0, end), name = parts[h]->substr(end + 1);
      if (version != mine.version)
        throw UserError(fmt::format(
            "expected one version of aforo on all hosts, found {} on {} and {} on {}; install the same on each",
            mine.version, mine.name, version, name));
      all += name + '\n';
    }
    return all;
  });
  std::vector<std::string> hosts;
  for (std::size_t at = 0; at < names.size();) {
    const std::size_t end = names.find('\n', at);
    hosts.push_back(names.substr(at, end - at));
    at = end + 1;
  }
  hosts.resize(hosts_);
  const std::lock_guard lock(mutex_);
  machines_ = static_cast<std::uint32_t>(std::set<std::string>(hosts.begin(), hosts.end()).size());
  for (std::uint32_t h = 0; h < hosts_; ++h) {
    const bool shared = std::count(hosts.begin(), hosts.end(), hosts[h]) > 1;
    names_[h] = shared ? fmt::format("{} (process {})", hosts[h], h) : hosts[h];
  }
}

void Crew::begin_job() {
  std::unique_lock lock(mutex_);
  wait_for(lock, [this] { return over_; });
  seated_ = true, over_ = false;
  left_.reset();
}

void Crew::end_job() {
  const std::lock_guard lock(mutex_);
  seated_ = false;
  wire_.notify_one();
}

void Crew::meet(Meeting& meeting) {
  {
    const std::lock_guard lock(mutex_);
    pending_ = &meeting;
    if (left_) return answer(*left_);
    if (!gone_.empty()) return answer(lost_vote());
    if (broken_) return answer(*ends_);
  }
  wire_.notify_one();  // with the lock held, the thread that wakes would wait again
}

void Crew::leave(Vote vote) {
  const std::lock_guard lock(mutex_);
  if (left_) return;
  left_ = vote;
  answer(vote);
  if (vote.at_once() && !ends_)
    for (std::uint32_t h = first() ? 1 : 0; h < (first() ? hosts_ : 1); ++h)
      to_send_.push_back({h, message({Kind::kEnd, false, vote.host, 0, vote.ending})});
  wire_.notify_one();
}

void Crew::answer(Vote vote) {
  if (pending_ == nullptr) return;
  Meeting& meeting = *std::exchange(pending_, nullptr);
  meeting.vote = vote;
  meeting.home->post(meeting.parcel);
}

bool Crew::wait_for(std::unique_lock<std::mutex>& lock, const std::function<bool()>& there) {
  Seconds last{0};
  waiting_ = true;
  wire_.notify_one();
  const auto first_gone = [this] { return !first() && !gone_.empty() && gone_.front() == 0; };
  while (!there() && !first_gone()) {
    if (stop_.stop_requested()) {
      const Seconds now = monotonic_now();
      if (last.value == 0) last = now + (first() ? kLastWait : kLongestLastWait);
      if (now >= last) break;
    }
    others_.wait_for(lock, std::chrono::milliseconds(20));
  }
  waiting_ = false;
  return there();
}

bool Crew::parts_are_there() const {
  bool all = true;
  for (std::uint32_t h = 1; h < hosts_; ++h) {
    bool there = is_gone(h);
    for (const Part& part : parts_[h]) {
      if (part.refused) return true;
      there = there || part.number == exchange_;
    }
    all = all && there;
  }
  return all;
}

std::string Crew::exchange(std::string mine, const std::function<std::string(const Parts&)>& make) {
  std::unique_lock lock(mutex_);
  const std::uint32_t number = ++exchange_;
  if (!first()) {
    to_send_.push_back({0, message({Kind::kPart, false, number, 0, {}}, mine)});
    const auto reply = [&] {
      return std::find_if(replies_.begin(), replies_.end(),
                          [&](const Part& part) { return part.refused || part.number == number; });
    };
    wait_for(lock, [&] { return reply() != replies_.end(); });
    const auto found = reply();
    if (found == replies_.end()) {
      if (!gone_.empty() && gone_.front() == 0) throw UserError(gone_sentence(names_[0], silence_));
      throw SaidByFirst();  // interrupted, and the first does not answer
    }
    if (found->refused) throw SaidByFirst();
    return found->bytes;
  }
  wait_for(lock, [this] { return parts_are_there(); });
  Parts parts(hosts_);
  parts[0] = std::move(mine);
  const auto reply = [&](bool refused, const std::string& bytes) {
    for (std::uint32_t h = 1; h < hosts_; ++h)
      to_send_.push_back({h, message({Kind::kReply, refused, number, 0, {}}, bytes)});
    wire_.notify_one();
  };
  for (std::uint32_t h = 1; h < hosts_; ++h)
    for (Part& part : parts_[h]) {
      if (part.refused) {
        reply(true, "");
        throw UserError(names_[h] + ": " + part.bytes);
      }
      if (part.number == number) parts[h] = std::move(part.bytes);
    }
  for (auto& list : parts_) list.clear();
  lock.unlock();
  try {
    const std::string made = make(parts);
    lock.lock();
    reply(false, made);
    return made;
  } catch (...) {
    if (!lock.owns_lock()) lock.lock();
    reply(true, "");
    throw;
  }
}

// Whoever is in a job meanwhile hears of it at the next meeting.
void Crew::give_up() noexcept {
  const std::lock_guard lock(mutex_);
  seated_ = over_ = false;
  if (!left_) left_ = Vote{Ending::kFailed, host_};
  wire_.notify_one();
}

bool Crew::refuse(const std::string& sentence) noexcept {
  give_up();
  std::unique_lock lock(mutex_);
  const std::uint32_t number = ++exchange_;
  if (first()) {
    for (std::uint32_t h = 1; h < hosts_; ++h)
      to_send_.push_back({h, message({Kind::kReply, true, number, 0, {}})});
    wire_.notify_one();
    return false;
  }
  to_send_.push_back({0, message({Kind::kPart, true, number, 0, {}}, sentence)});
  return wait_for(lock, [this] {
    return std::any_of(replies_.begin(), replies_.end(), [](const Part& part) { return part.refused; });
  });
}

std::vector<HostClock> Crew::measure_clocks() {
  std::unique_lock lock(mutex_);
  clocks_.assign(hosts_, HostClock{Seconds{0}, silence_});
  if (stop_.stop_requested() || !gone_.empty() || ends_) return {};
  clocks_wanted_ = true;
  wait_for(lock, [this] { return !clocks_wanted_; });
  return clocks_;
}

std::vector<std::uint32_t> Crew::gone() const {
  const std::lock_guard lock(mutex_);
  return gone_;
}

}  // namespace aforo
