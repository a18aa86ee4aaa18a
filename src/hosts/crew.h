// Crew: the processes of one job, each with its part of the ranks, over a Wire.
//
// It is the Group that a RealWorld meets others by, and beside that what a command needs before and after a job: to
// exchange what each of them knows, to know whose clock is where, and to hear that one of them is gone.
//
// Votes are one all-reduce a meeting, of two numbers. A host that has left, or whose job has ended, goes on voting from
// here, so that the others' meetings come to an end; rounds are over once no host comes any more.
//
// Every process says four times a second that it is there. One that the first has not heard of for kSilence is gone: cut off,
// stopped or dead. The first tells the others; a process that hears no more of the first goes by itself. Whoever waits
// is then answered: a meeting with Ending::kFailed, an exchange without that host's part.
//
// Threads: one of its own calls the Wire, and does nothing else; it sleeps where nothing is on its way. `meet` and
// `leave` are home's, the rest the thread's that made it.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "hosts/wire.h"
#include "pipeline/vote.h"
#include "world/group.h"

namespace aforo {

// The command ends, and another process, the first, says why.
class SaidByFirst : public UserError {
 public:
  SaidByFirst() : UserError("another process of this job could not go on; the first one says why") {}
};

// What a process says of itself to begin with; text, so that every version can read it.
struct Hello {
  std::string version;  // aforo's
  std::string name;     // the machine's: "node7"
};

// Where a host's clock (monotonic_now) stands against the first host's, by messages there and back.
struct HostClock {
  // Its time less the first's at the same moment, and by how much that may be wrong: half of the shortest way.
  Seconds offset{0}, uncertainty{0};
};

class Crew final : public Group {
 public:
  // Chosen: longer than a loaded machine keeps a thread waiting, short enough to wait for.
  static constexpr Seconds kSilence{10};
  // How long an interrupted command still waits for others: the launcher kills it a second after it asked for an end.
  // The first waits for parts so long, the others for what it makes of them.
  static constexpr Seconds kLastWait{0.6}, kLongestLastWait{2};

  // Opens the wire on a thread of its own, and hears who is there. Throws what `open` throws; UserError (at the first, and
  // SaidByFirst elsewhere) where versions differ, Interrupted on a stop request.
  Crew(const std::function<std::unique_ptr<Wire>()>& open, const Hello& mine, std::stop_token stop,
       Seconds silence = kSilence);
  // Takes leave of the others, and waits for them, where all went well with all of them.
  ~Crew() override;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  std::uint32_t host() const override { return host_; }
  std::uint32_t hosts() const override { return hosts_; }
  bool first() const { return host_ == 0; }
  // "node7", or "node7 (process 3)" where several are there.
  const std::string& name(std::uint32_t host) const { return names_[host]; }

  // Of one job after another. Between `begin_job` and `end_job` home may meet and leave; both are called by all hosts.
  // `begin_job` waits for the end of all meetings of the job before.
  void begin_job();
  void end_job();
  void meet(Meeting& meeting) override;
  void leave(Vote vote) override;

  // That they run on, by the names they gave.
  std::uint32_t machines() const { return machines_; }

  // By host; absent where it is gone, or did not come in time after a stop request.
  using Parts = std::vector<std::optional<std::string>>;
  // All hosts come to it, in the same order: the parts of all go to the first host, and what that makes of them back to
  // all. `make` is called there alone, on this thread; what it throws ends it for all: a UserError is thrown here, and
  // SaidByFirst elsewhere, as where no answer comes in time after a stop request. At the others `make` is not used.
  // Throws UserError where the first is gone.
  std::string exchange(std::string mine, const std::function<std::string(const Parts&)>& make);

  // This host goes no further: `sentence` takes the place of its part at the exchange that the others come to, and ends it
  // for all; the first then throws it, with this host's name. Waits for that. False: nobody hears of it, as the first is
  // gone, or this is the first, so that it is to be said here.
  bool refuse(const std::string& sentence) noexcept;

  // This host comes to nothing any more, for a reason that has been said.
  void give_up() noexcept;

  // At the first, while all others are in an exchange: one for each host. Where one does not answer, its uncertainty is
  // some seconds.
  // Empty where somebody is gone or the job is ending at once: there is no time for it.
  std::vector<HostClock> measure_clocks();

  // Hosts that are gone, ascending. At the others than the first: whom that has named, or the first itself.
  std::vector<std::uint32_t> gone() const;

 private:
  enum class Kind : std::uint8_t { kAlive, kPart, kReply, kLost, kEnd, kPing, kPong };
  struct Head {
    Kind kind = Kind::kAlive;
    bool refused = false;
    std::uint32_t number = 0;  // of the exchange; or the host that was lost, or ends
    double time = 0;
    Ending ending = Ending::kNone;
  };
  static std::string message(Head head, const std::string& bytes = {});

  void run(const std::function<std::unique_ptr<Wire>()>& open, std::promise<void> opened);
  void say_hello(const Hello& mine);

  // On the thread of the wire.
  void turn();
  void turn_round();
  void take_messages();
  void take(const WireMessage& message);
  void keep_alive();
  void lose(std::uint32_t host);
  void hear_end(Vote vote, std::uint32_t from);
  void end_without_round();
  bool is_doubtful(std::uint32_t host) const;
  void ping_all();
  HostClock ping(std::uint32_t host);
  void rest();

  // With the lock held.
  void answer(Vote vote);
  Vote lost_vote() const { return {Ending::kFailed, gone_.empty() ? 0 : gone_.front()}; }
  bool parts_are_there() const;
  bool is_gone(std::uint32_t host) const { return std::binary_search(gone_.begin(), gone_.end(), host); }
  // Something for the wire's thread, which otherwise sleeps.
  bool has_work() const;
  // Until `there`, the first is gone, or kLastWait after a stop request. Whether `there`.
  bool wait_for(std::unique_lock<std::mutex>& lock, const std::function<bool()>& there);

  std::uint32_t host_ = 0, hosts_ = 1, machines_ = 1;
  std::vector<std::string> names_;
  std::stop_token stop_;
  const Seconds silence_;

  mutable std::mutex mutex_;
  std::condition_variable wire_, others_;  // who waits: the wire's thread, the others
  // Of the job. `seated_`: home may come. `over_`: no host comes to a meeting any more.
  bool seated_ = false, over_ = true;
  Meeting* pending_ = nullptr;
  std::optional<Vote> left_;
  // Somebody ends at once. Mostly the next round says so; where that does not come to its end, as one of the others is
  // dead, it is over at `end_by_`.
  std::optional<Vote> ends_;
  Seconds end_by_{0};
  bool broken_ = false;  // a round was given up, and none is to follow
  // Of exchanges: the number of the last that this host came to; parts by host, the first's; the reply, the others'.
  std::uint32_t exchange_ = 0;
  struct Part {
    std::uint32_t number = 0;
    bool refused = false;
    std::string bytes;
  };
  std::vector<std::vector<Part>> parts_;
  std::vector<Part> replies_;
  std::vector<WireMessage> to_send_;
  bool waiting_ = false;  // somebody waits for a message
  bool clocks_wanted_ = false, closing_ = false;
  std::vector<HostClock> clocks_;
  std::vector<std::uint32_t> gone_;

  // The wire's thread's alone.
  std::unique_ptr<Wire> link_;
  bool in_round_ = false;
  Seconds since_{0}, pinged_{0}, beat_{0};
  std::vector<Seconds> heard_;
  std::optional<double> pong_;
  std::thread thread_;
};

}  // namespace aforo
