// For tests: the processes of a job as threads of one, and what lies between them.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "hosts/wire.h"

namespace aforo {

class TestHub {
 public:
  explicit TestHub(std::uint32_t hosts) : given_(hosts), taken_(hosts, true), mail_(hosts), cut_(hosts) {}

  std::uint32_t hosts() const { return static_cast<std::uint32_t>(mail_.size()); }
  // Nothing of that host arrives any more, and nothing at it.
  void cut(std::uint32_t host) {
    const std::lock_guard lock(mutex_);
    cut_[host] = true;
  }
  void begin(std::uint32_t host, Round mine) {
    const std::lock_guard lock(mutex_);
    if (cut_[host]) return;
    given_[host] = {mine, true};
    taken_[host] = false;
    if (!std::all_of(given_.begin(), given_.end(), [](const auto& one) { return one.second; })) return;
    all_ = {};
    for (auto& [round, given] : given_) {
      all_ = {std::max(all_.first, round.first), std::max(all_.second, round.second)};
      given = false;
    }
    done_.assign(hosts(), true);
  }
  std::optional<Round> round(std::uint32_t host) {
    const std::lock_guard lock(mutex_);
    if (done_.empty() || !done_[host] || taken_[host]) return std::nullopt;
    done_[host] = false, taken_[host] = true;
    return all_;
  }
  void send(std::uint32_t from, std::uint32_t to, std::string bytes) {
    const std::lock_guard lock(mutex_);
    if (!cut_[from] && !cut_[to]) mail_[to].push_back({from, std::move(bytes)});
  }
  std::optional<WireMessage> receive(std::uint32_t host) {
    const std::lock_guard lock(mutex_);
    if (mail_[host].empty()) return std::nullopt;
    WireMessage message = std::move(mail_[host].front());
    mail_[host].pop_front();
    return message;
  }

 private:
  std::mutex mutex_;
  std::vector<std::pair<Round, bool>> given_;  // and whether it was
  std::vector<bool> taken_, done_;
  std::vector<std::deque<WireMessage>> mail_;
  std::vector<bool> cut_;
  Round all_;
};

class TestWire final : public Wire {
 public:
  TestWire(TestHub& hub, std::uint32_t host) : hub_(hub), host_(host) {}
  std::uint32_t host() const override { return host_; }
  std::uint32_t hosts() const override { return hub_.hosts(); }
  void begin_round(Round mine) override { hub_.begin(host_, mine); }
  std::optional<Round> round() override { return hub_.round(host_); }
  void send(std::uint32_t to, std::string bytes) override { hub_.send(host_, to, std::move(bytes)); }
  bool sending() override { return false; }
  std::optional<WireMessage> receive() override { return hub_.receive(host_); }
  void well() override {}

 private:
  TestHub& hub_;
  const std::uint32_t host_;
};

}  // namespace aforo
