// A probe from several processes: the first says what all of them do next, each does its part on what it opened itself, and
// the first makes one window of what they saw.
//
// Every step is two exchanges of the Crew: one takes the command to all, one brings back what came of it. Windows begin
// together, at a moment of the first's clock that every process knows on its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "hosts/crew.h"
#include "probe/probe_bench.h"
#include "probe/probe_config.h"
#include "probe/probe_curves.h"
#include "probe/probe_hosts.h"
#include "probe/probe_target.h"
#include "probe/probe_writers.h"
#include "probe/write_ground.h"

namespace aforo {

// What all processes do next. Plain data; the members below a kind are its own.
struct HostCommand {
  enum class Kind : std::uint8_t { kReaders, kOrder, kRewind, kWindow, kWrite, kEnd };
  Kind kind = Kind::kEnd;
  bool first_host_alone = false;  // of all but kReaders and kEnd: who does it
  // kReaders: of which dataset, in which mode; kWrite: in which mode.
  std::uint32_t data = 0;
  ReadMode mode = ReadMode::kBuffered;
  // kOrder: units in which each takes its part; `wraps`: all of them, again and again.
  std::uint64_t units = 0, seed = 0;
  bool wraps = false;
  // kRewind
  Dropped dropped = Dropped::kNothing;
  FileId files = 0;
  // kWindow, kWrite (writers): on the first's clock.
  unsigned readers = 0;
  Seconds begin{0}, length{0}, patience{0};
  // kWrite
  std::uint64_t bytes = 0;
  unsigned files_each = 0;
  std::uint64_t chunk = 0;  // as in WriterAsk
};

// What processes know of each other before they measure: the same at all.
struct ProbeAgreement {
  std::vector<std::string> machines;
  std::vector<HostClock> clocks;
  std::vector<unsigned> cores, machine_cores;  // that a process may use; that its machine has

  ProbeHosts hosts() const { return ProbeHosts(machines); }
  // That the processes of a host may use together.
  unsigned cores_of(unsigned host) const;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(machines, clocks, cores, machine_cores);
  }
};

// What of it weakens a storage file, in sentences: several processes on one machine alone, hosts that are not alike.
std::vector<std::string> told_of(const ProbeAgreement& agreement);

// One process's part. Construct, use and destroy on one thread.
class HostHand {
 public:
  // `data` outlives it.
  HostHand(const ProbeOptions& options, std::span<const ProbeData> data, ProbeAgreement agreement,
           std::uint32_t process, std::stop_token stop);

  // Of kReaders the answer's `readers` is the most that there may be here. Throws UserError as make_lanes does.
  HostWindow carry_out(const HostCommand& command);
  const ProbeHosts& hosts() const { return hosts_; }
  const ProbeAgreement& agreement() const { return agreement_; }
  // After kReaders.
  CurveReaders& reading() { return *reading_; }
  // Where this process writes; outlives it. Null: beside the first, in its place.
  void write_in(const WriteGround* ground) { ground_ = ground; }

 private:
  HostWindow window(const HostCommand& command, unsigned readers);
  HostWindow write(const HostCommand& command, const HostGroup& group);
  void report(HostWindow& out) const;

  const ProbeOptions& options_;
  std::span<const ProbeData> data_;
  const ProbeAgreement agreement_;
  const ProbeHosts hosts_;
  const std::uint32_t process_;
  std::stop_token stop_;
  std::optional<CurveReaders> reading_;
  std::optional<SoloBench> bench_;
  const WriteGround* ground_ = nullptr;
  std::unique_ptr<WriteGround> beside_;  // beside the first
  std::unique_ptr<WriteContent> content_;
};

// The first process's hand on all, its own part among them.
class ProbeCrew {
 public:
  // `ending` is asked to stop where another process was.
  ProbeCrew(Crew& crew, std::stop_source ending) : crew_(crew), ending_(std::move(ending)) {}

  // To the others, in this order: whether a dataset is there; where not, the files that were laid of each wish. Then what
  // lies there is compared. Throws UserError with the name of the host that differs, or is gone.
  void tell_found(bool found);
  void tell_laid(const std::vector<LaidFiles>& laid);
  void agree(const ProbeOptions& options, std::span<const ProbeData> data);
  const ProbeAgreement& agreement() const { return hand_->agreement(); }
  const ProbeHosts& hosts() const { return hand_->hosts(); }
  const std::string& name(std::uint32_t process) const { return crew_.name(process); }
  // "node7", of its first process.
  const std::string& name_of_host(unsigned host) const;

  // All make readers for that; these are this process's.
  CurveReaders& readers(std::uint32_t data, ReadMode mode);
  // After it: the most that a group may have.
  unsigned most_readers(const HostGroup& group) const { return group.most_readers(most_); }

  // What writes of these hosts' processes, this one's in `ground`, which outlives it.
  WriteHand writers(const WriteGround& ground, bool first_host_alone);

  // One step of all. By process; throws UserError where one is gone.
  std::vector<HostWindow> all_do(HostCommand command);
  // The others go, once they have let go of what they read. Where there is a stop, without waiting long.
  void end();

 private:
  Crew& crew_;
  std::stop_source ending_;
  std::optional<HostHand> hand_;
  std::vector<unsigned> most_;
};

// What another process than the first does, from its beginning to the end of the probe. Blocks. Throws UserError for what it
// cannot do, SaidByFirst where the first ended.
void probe_beside(const ProbeOptions& options, Crew& crew, const std::stop_token& stop);

// Of several processes: all of them, or those of the first host alone. `crew` and its readers outlive it.
class CrewBench final : public ProbeBench {
 public:
  struct Order {
    std::uint64_t units = 0, seed = 0;
    bool wraps = false;
  };
  CrewBench(ProbeCrew& crew, bool first_host_alone, const Order& order);

  RawWindow run(const WindowAsk& ask, const std::stop_token& stop) override;
  void rewind(Dropped dropped, FileId files, const std::stop_token& stop) override;
  std::uint64_t left() const override { return left_; }
  std::uint64_t taken() const override { return taken_; }
  unsigned hosts() const override { return group_.hosts(); }
  const std::string& fault() const override { return fault_; }
  int fault_error() const override { return fault_error_; }
  std::string note() const override { return note_; }
  std::vector<Disturbance> disturbances() const override;

  std::vector<std::string> unlike() const override;

 private:
  HostCommand command(HostCommand::Kind kind) const;
  void take(const std::vector<HostWindow>& seen);

  ProbeCrew& crew_;
  const bool first_host_alone_;
  const HostGroup group_;
  std::uint64_t left_ = 0, taken_ = 0;
  std::string fault_, note_;
  int fault_error_ = 0;
  std::vector<Usage> used_;    // by host
  std::vector<double> bytes_;  // by host, read in windows in which every host had as many readers
};

}  // namespace aforo
