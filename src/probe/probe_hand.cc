// What each process of a probe does, and what all agree on before: see probe_crew.h.
#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/carry.h"
#include "base/error.h"
#include "hosts/used_together.h"
#include "probe/probe_crew.h"
#include "probe/probe_writing.h"
#include "storage/machine.h"
#include "storage/open_store.h"
#include "survey/dataset_marker.h"
#include "train/host_part.h"
#include "workload/parse.h"

namespace aforo {
namespace {

// Of one process.
struct ProbeFacts {
  std::uint64_t digest = 0, samples = 0, files = 0, bytes = 0;  // of what is read
  std::uint64_t job = 0;                                        // a hash of what is asked of the probe
  unsigned cores = 1, machine_cores = 1;
  std::string machine;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(digest, samples, files, bytes, job, cores, machine_cores, machine);
  }
};

std::uint64_t hash_of(const ProbeOptions& options) {
  std::string words = options.workload ? to_yaml(*options.workload) : std::string();
  for (const ReadMode mode : modes_of(options)) words += to_string(mode);
  words += to_string(options.engine);
  return std::hash<std::string>()(words);
}

ProbeFacts facts_of(const ProbeOptions& options, std::span<const ProbeData> data) {
  ProbeFacts facts;
  for (const ProbeData& one : data) {
    facts.digest = mix64(facts.digest, digest_of(*one.layout));
    facts.samples += one.layout->samples(), facts.files += one.layout->files();
    facts.bytes += one.layout->total_bytes();
  }
  facts.job = hash_of(options);
  facts.cores = available_cores(), facts.machine_cores = cores_of_machine();
  facts.machine = options.machine.empty() ? this_machine() : options.machine;
  return facts;
}

void require_same(const Crew& crew, const std::vector<ProbeFacts>& all) {
  const auto words = [](const ProbeFacts& f) { return dataset_words(f.files, f.samples, Bytes{f.bytes}); };
  for (std::uint32_t p = 1; p < all.size(); ++p) {
    if (all[p].job != all[0].job)
      throw UserError(fmt::format(
          "expected the same probe on all hosts, found another on {} than on {}: the workload or an option differs; give "
          "every process the same words and files",
          crew.name(p), crew.name(0)));
    if (all[p].digest == all[0].digest) continue;
    const std::string here = words(all[0]), there = words(all[p]);
    throw UserError(fmt::format(
        "expected the same files on all hosts, found {} on {} and {} on {}; mount the same storage on each",
        here, crew.name(0), here == there ? "as many with other names or sizes" : there, crew.name(p)));
  }
}

// All come to it.
ProbeAgreement agree_on(Crew& crew, const ProbeOptions& options, std::span<const ProbeData> data) {
  ProbeFacts mine = facts_of(options, data);
  Packer packer;
  packer(mine);
  const std::string reply = crew.exchange(packer.take(), [&](const Crew::Parts& parts) {
    std::vector<ProbeFacts> all(parts.size());
    ProbeAgreement made;
    for (std::uint32_t p = 0; p < parts.size(); ++p) {
      if (!parts[p])
        throw UserError(fmt::format(
            "expected all processes to measure together, found nothing of {}: it ended or was cut off",
            crew.name(p)));
      Unpacker unpacker(*parts[p]);
      unpacker(all[p]);
      made.machines.push_back(all[p].machine);
      made.cores.push_back(all[p].cores);
      made.machine_cores.push_back(all[p].machine_cores);
    }
    require_same(crew, all);
    made.clocks = crew.measure_clocks();
    made.clocks.resize(all.size());
    made.clocks[0] = {};
    Packer answers;
    answers(made);
    return answers.take();
  });
  ProbeAgreement agreement;
  Unpacker unpacker(reply);
  unpacker(agreement);
  return agreement;
}

template <class T>
T heard(Crew& crew, std::string mine = {}) {
  const std::string reply = crew.exchange(std::move(mine), {});
  T value{};
  Unpacker unpacker(reply);
  unpacker(value);
  return value;
}

// What the first found or laid, opened here.
std::vector<ProbeData> opened_beside(const ProbeOptions& options, Crew& crew, const std::stop_token& stop) {
  const std::shared_ptr<Store> store = open_store(options.directory, options.access);
  std::vector<ProbeData> data;
  const bool found = heard<bool>(crew);
  if (!options.writes.empty()) WriteGround::beside(options.writes);  // refused now, not after the reads
  if (found) {
    if (!holds_dataset(*store, options.access))
      throw UserError(fmt::format(
          "expected the dataset in {} that {} found there, found none; mount the same storage on each host",
          options.directory, crew.name(0)));
    data.push_back(found_data(store, options.workload, options.io_threads, stop));
    return data;
  }
  const auto laid = heard<std::vector<LaidFiles>>(crew);
  const std::vector<ProbeWish> wishes = probe_wishes(options.workload);
  for (std::size_t i = 0; i < laid.size() && i < wishes.size(); ++i) {
    const std::string folder = folder_of(options.directory, wishes[i]);
    if (!read_marker(*open_store(folder, options.access)))
      throw UserError(fmt::format(
          "expected the files that {} laid in {}, found none there; give a directory that all hosts share",
          crew.name(0), folder));
    data.push_back(laid_data(options.directory, options.access, wishes[i], laid[i]));
  }
  return data;
}

}  // namespace

unsigned ProbeAgreement::cores_of(unsigned host) const {
  const ProbeHosts all = hosts();
  unsigned sum = 0, most = 1;
  for (unsigned p = 0; p < all.processes(); ++p) {
    if (all.host_of(p) != host) continue;
    sum += cores[p];
    most = std::max(most, machine_cores[p]);
  }
  return std::clamp(sum, 1U, most);
}

std::vector<std::string> told_of(const ProbeAgreement& agreement) {
  const ProbeHosts hosts = agreement.hosts();
  if (hosts.hosts() == 1)
    return {fmt::format(
        "{} processes on one machine are one host: what it gets, and what storage gives to several, "
        "cannot be told apart",
        hosts.processes())};
  unsigned least = agreement.cores_of(0), most = least;
  for (unsigned h = 1; h < hosts.hosts(); ++h) {
    least = std::min(least, agreement.cores_of(h));
    most = std::max(most, agreement.cores_of(h));
  }
  std::vector<std::string> told{fmt::format(
      "{} hosts: what one gets was measured of the first alone, and the others are taken to be like it",
      hosts.hosts())};
  if (least < most)
    told.push_back(fmt::format("The hosts have {} to {} cores: they are not alike", least, most));
  return told;
}

HostHand::HostHand(const ProbeOptions& options, std::span<const ProbeData> data, ProbeAgreement agreement,
                   std::uint32_t process, std::stop_token stop)
    : options_(options),
      data_(data),
      agreement_(std::move(agreement)),
      hosts_(agreement_.machines),
      process_(process),
      stop_(std::move(stop)) {}

HostWindow HostHand::carry_out(const HostCommand& command) {
  HostWindow out;
  const HostGroup group(hosts_, command.first_host_alone);
  switch (command.kind) {
    case HostCommand::Kind::kReaders: {
      const ProbeData& data = data_[command.data];
      bench_.reset(), reading_.reset();
      reading_.emplace(
          data, command.mode,
          JobSettings{data.store.get(), options_.engine, options_.io_threads, options_.io_timeout, {}});
      SweepAsk most;
      most.most_readers = readers_in_memory(data);
      // Of the machine's, which its processes share.
      if (most.most_readers < kMostReaders)
        most.most_readers = std::max(1U, most.most_readers / hosts_.processes_of(hosts_.host_of(process_)));
      out.readers = within_open_files(std::move(most), options_.io_threads).most_readers;
      return out;
    }
    case HostCommand::Kind::kOrder:
      bench_.reset();
      if (!group.holds(process_)) return out;
      if (command.wraps)
        bench_.emplace(reading_->readers, reading_->reset, command.units,
                       mix64(command.seed, group.place_of(process_)), true);
      else
        bench_.emplace(reading_->readers, reading_->reset, command.units, command.seed,
                       group.place_of(process_), group.processes());
      break;
    case HostCommand::Kind::kRewind:
      if (!group.holds(process_)) return out;
      bench_->rewind(command.dropped, command.files, stop_);
      break;
    case HostCommand::Kind::kWindow:
      if (const unsigned readers = group.readers_of(process_, command.readers); readers > 0)
        out = window(command, readers);
      else if (!group.holds(process_))
        return out;
      break;
    case HostCommand::Kind::kWrite:
      return write(command, group);
    case HostCommand::Kind::kEnd:
      beside_.reset(), bench_.reset(), reading_.reset();
      return out;
  }
  report(out);
  return out;
}

HostWindow HostHand::window(const HostCommand& command, unsigned readers) {
  HostWindow out;
  out.readers = readers;
  const Seconds begin = command.begin + agreement_.clocks[process_].offset;
  out.window = bench_->run({readers, command.length, command.patience, begin}, stop_);
  out.used = reading_->readers.used_last();
  out.compressed = data_.front().store->info().compressed;
  return out;
}

HostWindow HostHand::write(const HostCommand& command, const HostGroup& group) {
  HostWindow out;
  out.readers = group.readers_of(process_, command.readers);
  if (out.readers == 0) return out;
  if (ground_ == nullptr && !beside_) beside_ = WriteGround::beside(options_.writes);
  if (!content_) content_ = std::make_unique<WriteContent>(chunk_written(options_).value);
  WriterAsk ask;
  ask.writers = out.readers, ask.bytes = command.bytes, ask.files = command.files_each,
  ask.mode = command.mode, ask.chunk = command.chunk;
  for (unsigned p = 0; p < process_; ++p) ask.first += group.readers_of(p, command.readers);
  ask.begin = command.begin + agreement_.clocks[process_].offset;
  WriteRun run = write_side_by_side(ground_ != nullptr ? *ground_ : *beside_, *content_, ask, stop_);
  out.written = std::move(run.files);
  out.fault = std::move(run.fault), out.fault_error = run.error;
  out.stopped = stop_.stop_requested();
  return out;
}

void HostHand::report(HostWindow& out) const {
  out.left = bench_->left(), out.taken = bench_->taken();
  out.fault = bench_->fault(), out.fault_error = bench_->fault_error();
  out.note = bench_->note();
  out.stopped = stop_.stop_requested();
}

void ProbeCrew::agree(const ProbeOptions& options, std::span<const ProbeData> data) {
  hand_.emplace(options, data, agree_on(crew_, options, data), 0U, ending_.get_token());
}

void probe_beside(const ProbeOptions& options, Crew& crew, const std::stop_token& stop) {
  std::vector<ProbeData> data = opened_beside(options, crew, stop);
  std::optional<HostHand> hand;
  hand.emplace(options, data, agree_on(crew, options, data), crew.host(), stop);
  for (;;) {
    const auto command = heard<HostCommand>(crew);
    HostWindow seen = hand->carry_out(command);
    const bool last = command.kind == HostCommand::Kind::kEnd;
    if (last) hand.reset(), data.clear();
    Packer packer;
    packer(seen);
    crew.exchange(packer.take(), {});
    if (last) return;
  }
}

}  // namespace aforo
