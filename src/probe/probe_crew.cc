#include "probe/probe_crew.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/carry.h"
#include "base/error.h"
#include "storage/engine.h"

namespace aforo {
namespace {

// From a command to the beginning of its window, beside what messages were seen to take. Chosen: longer than it takes all to
// hear of it, short beside a window; who comes late all the same makes the window shorter.
constexpr Seconds kLead{0.01}, kLongestLead{1};

Seconds lead_of(const ProbeAgreement& agreement) {
  Seconds way{0};
  for (const HostClock& clock : agreement.clocks) way = std::max(way, clock.uncertainty);
  return std::min(kLead + way * 4, kLongestLead);
}

[[noreturn]] void throw_gone(const std::string& name) {
  throw UserError(fmt::format(
      "expected all processes to measure together, found nothing of {}: it ended or was cut off", name));
}

void require_all(const Crew& crew, const Crew::Parts& parts) {
  for (std::uint32_t p = 0; p < parts.size(); ++p)
    if (!parts[p]) throw_gone(crew.name(p));
}

}  // namespace

void ProbeCrew::tell_found(bool found) {
  crew_.exchange("", [&](const Crew::Parts& parts) {
    require_all(crew_, parts);
    return carried(found);
  });
}

void ProbeCrew::tell_laid(const std::vector<LaidFiles>& laid) {
  crew_.exchange("", [&](const Crew::Parts& parts) {
    require_all(crew_, parts);
    std::vector<LaidFiles> copy = laid;
    return carried(copy);
  });
}

const std::string& ProbeCrew::name_of_host(unsigned host) const {
  std::uint32_t process = 0;
  while (hosts().host_of(process) != host) ++process;
  return crew_.name(process);
}

CurveReaders& ProbeCrew::readers(std::uint32_t data, ReadMode mode) {
  HostCommand command;
  command.kind = HostCommand::Kind::kReaders;
  command.data = data, command.mode = mode;
  most_.clear();
  for (const HostWindow& one : all_do(command)) most_.push_back(one.readers);
  return hand_->reading();
}

std::vector<HostWindow> ProbeCrew::all_do(HostCommand command) {
  crew_.exchange("", [&](const Crew::Parts& parts) {
    require_all(crew_, parts);
    command.begin = monotonic_now() + lead_of(agreement());
    return carried(command);
  });
  std::vector<HostWindow> seen(crew_.hosts());
  seen[0] = hand_->carry_out(command);
  crew_.exchange("", [&](const Crew::Parts& parts) {
    require_all(crew_, parts);
    for (std::uint32_t p = 1; p < parts.size(); ++p) {
      Unpacker unpacker(*parts[p]);
      unpacker(seen[p]);
      if (!unpacker.ok()) throw std::logic_error("a probe's window that is not whole");
    }
    return std::string();
  });
  if (std::any_of(seen.begin(), seen.end(), [](const HostWindow& one) { return one.stopped; }))
    ending_.request_stop();
  return seen;
}

WriteHand ProbeCrew::writers(const WriteGround& ground, bool first_host_alone) {
  hand_->write_in(&ground);
  return [this, first_host_alone](const WriterAsk& ask, const std::stop_token&) {
    HostCommand command;
    command.kind = HostCommand::Kind::kWrite;
    command.first_host_alone = first_host_alone;
    command.readers = ask.writers, command.bytes = ask.bytes, command.files_each = ask.files;
    command.chunk = ask.chunk;
    command.mode = ask.mode;
    WriteRun run;
    run.writers = ask.writers;
    const std::vector<HostWindow> seen = all_do(command);
    for (std::uint32_t p = 0; p < seen.size(); ++p) {
      const Seconds offset = agreement().clocks[p].offset;
      for (std::vector<WrittenFile> files : seen[p].written) {
        for (WrittenFile& file : files) file.begin -= offset, file.end -= offset;
        run.files.push_back(std::move(files));
      }
      if (run.error == 0 && seen[p].fault_error != 0)
        run.error = seen[p].fault_error, run.fault = crew_.name(p) + ": " + seen[p].fault;
    }
    run.files.resize(ask.writers);
    return run;
  };
}

void ProbeCrew::end() {
  HostCommand command;
  const auto go_on = [&](const Crew::Parts& parts, std::string reply) {
    if (!ending_.stop_requested()) require_all(crew_, parts);
    return reply;
  };
  crew_.exchange("", [&](const Crew::Parts& parts) { return go_on(parts, carried(command)); });
  hand_.reset();
  crew_.exchange("", [&](const Crew::Parts& parts) { return go_on(parts, ""); });
}

CrewBench::CrewBench(ProbeCrew& crew, bool first_host_alone, const Order& order)
    : crew_(crew),
      first_host_alone_(first_host_alone),
      group_(crew.hosts(), first_host_alone),
      used_(crew.hosts().hosts()),
      bytes_(crew.hosts().hosts()) {
  HostCommand to = command(HostCommand::Kind::kOrder);
  to.units = order.units, to.seed = order.seed, to.wraps = order.wraps;
  take(crew_.all_do(to));
}

HostCommand CrewBench::command(HostCommand::Kind kind) const {
  HostCommand out;
  out.kind = kind;
  out.first_host_alone = first_host_alone_;
  return out;
}

void CrewBench::take(const std::vector<HostWindow>& seen) {
  // Who has least left ends a window for all.
  std::uint64_t least = ~std::uint64_t{0};
  taken_ = 0;
  for (std::uint32_t p = 0; p < seen.size(); ++p) {
    if (group_.holds(p)) least = std::min(least, seen[p].left);
    taken_ += seen[p].taken;
    if (!seen[p].note.empty()) note_ = seen[p].note;
    if (seen[p].fault.empty() || !fault_.empty()) continue;
    fault_ = crew_.name(p) + ": " + seen[p].fault;
    fault_error_ = seen[p].fault_error;
  }
  left_ = least * group_.processes();
}

RawWindow CrewBench::run(const WindowAsk& ask, const std::stop_token&) {
  HostCommand to = command(HostCommand::Kind::kWindow);
  to.readers = ask.readers, to.length = ask.length, to.patience = ask.patience;
  const std::vector<HostWindow> seen = crew_.all_do(to);
  take(seen);
  const ProbeHosts& hosts = crew_.hosts();
  const std::vector<Usage> used = used_by_host(hosts, seen);
  for (unsigned h = 0; h < used.size(); ++h) used_[h] = plus(used_[h], used[h]);
  if (ask.readers % group_.hosts() == 0)
    for (std::uint32_t p = 0; p < seen.size(); ++p)
      bytes_[hosts.host_of(p)] += static_cast<double>(seen[p].window.bytes_in_all);
  std::vector<Seconds> offsets;
  for (const HostClock& clock : crew_.agreement().clocks) offsets.push_back(clock.offset);
  return joined(ask.readers, hosts, seen, offsets);
}

void CrewBench::rewind(Dropped dropped, FileId files, const std::stop_token&) {
  HostCommand to = command(HostCommand::Kind::kRewind);
  to.dropped = dropped, to.files = files;
  take(crew_.all_do(to));
}

std::vector<ProbeBench::Disturbance> CrewBench::disturbances() const {
  std::vector<Disturbance> out;
  for (unsigned h = 0; h < used_.size(); ++h) {
    if (!(used_[h].wall > Seconds{0})) continue;
    const auto others = other_cpu_share(used_[h], crew_.agreement().cores_of(h));
    if (others && *others > kDisturbed) out.push_back({*others, "the CPU of " + crew_.name_of_host(h)});
  }
  return out;
}

std::vector<std::string> CrewBench::unlike() const {
  constexpr double kMuchLess = 0.75;  // of the mean. Chosen: more than windows of one storage lie apart
  double sum = 0;
  for (unsigned h = 0; h < group_.hosts(); ++h) sum += bytes_[h];
  std::vector<std::string> out;
  for (unsigned h = 0; h < group_.hosts(); ++h) {
    const double share = sum > 0 ? bytes_[h] / (sum / group_.hosts()) : 1;
    if (share < kMuchLess)
      out.push_back(
          fmt::format("{} got {} of what hosts got on the average, with as many readers: they are not alike",
                      crew_.name_of_host(h), format_percent(share)));
  }
  return out;
}

}  // namespace aforo
