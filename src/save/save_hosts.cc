#include "save/save_hosts.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <utility>

#include "base/error.h"
#include "hosts/same_job.h"
#include "hosts/used_together.h"
#include "save/checkpoint_place.h"
#include "storage/machine.h"

namespace aforo {
namespace {

template <class Part>
struct OnMachine {
  std::string machine;
  Part part;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(machine, part);
  }
};

bool ends(const WrittenCheckpoints& part) { return part.stopped || part.stats.failed > 0; }
bool ends(const RestoredCheckpoint& part) { return part.stopped || part.stats.failed > 0; }

double slowest_of(const std::vector<double>& seconds) {
  return seconds.empty() ? 0 : *std::max_element(seconds.begin(), seconds.end());
}

template <class Part>
Usage used_by(const std::vector<std::optional<OnMachine<Part>>>& parts,
              const std::function<const Usage*(const Part&)>& usage_of) {
  std::vector<UsedThere> all;
  for (const auto& one : parts)
    if (const Usage* usage = one ? usage_of(one->part) : nullptr) all.push_back({one->machine, *usage, 1, 1});
  return all.empty() ? Usage{} : used_together(all).usage;
}

}  // namespace

SaveHosts::SaveHosts(Crew* crew, std::uint32_t ranks)
    : crew_(crew),
      ranks_(crew ? ranks_of_host(ranks, *crew, "a rank of the checkpoint", "or raise checkpoint.ranks")
                  : Ranks(ranks)),
      saved_(crew ? crew->hosts() : 1) {}

Ranks SaveHosts::readers(std::uint32_t all) const {
  return crew_ ? block_of(all, crew_->host(), crew_->hosts()) : Ranks(all);
}

std::uint32_t SaveHosts::shift() const {
  return crew_ ? (ranks_.all + crew_->hosts() - 1) / crew_->hosts() : 1;
}

void SaveHosts::agree(std::string words) {
  if (crew_ == nullptr) return;
  crew_->exchange(std::move(words), [&](const Crew::Parts& parts) {
    require_all(*crew_, parts);
    for (std::uint32_t h = 1; h < parts.size(); ++h)
      if (*parts[h] != *parts[0]) throw UserError(another_job(*crew_, h));
    return "";
  });
}

void SaveHosts::wait_for_all() {
  if (crew_) crew_->exchange("", [](const Crew::Parts&) { return ""; });
}

std::vector<CheckpointManifest> SaveHosts::share(const std::vector<CheckpointManifest>& chosen,
                                                 const Store& store) {
  if (crew_ == nullptr) return chosen;
  std::vector<std::string> texts;
  for (const CheckpointManifest& manifest : chosen) texts.push_back(write_checkpoint_manifest(manifest));
  const std::string reply = crew_->exchange("", [&](const Crew::Parts&) {
    Packer packer;
    packer(texts);
    return packer.take();
  });
  if (first()) return chosen;
  Unpacker unpacker(reply);
  unpacker(texts);
  std::vector<CheckpointManifest> all;
  for (const std::string& text : texts) {
    const auto manifest = parse_checkpoint_manifest(text);
    if (!manifest) throw std::logic_error("SaveHosts: a manifest that is none");
    require_there(store, *manifest);
    require_files(store, *manifest);
    all.push_back(*manifest);
  }
  return all;
}

// A host that does not answer after a stop request is left out, and ends it.
template <class Part>
std::vector<std::optional<Part>> SaveHosts::parts_of_all(Part mine, bool& go_on) {
  std::vector<std::optional<Part>> all;
  if (crew_ == nullptr) {
    go_on = !ends(mine.part);
    all.emplace_back(std::move(mine));
    return all;
  }
  Packer packer;
  packer(mine);
  const std::string reply = crew_->exchange(packer.take(), [&](const Crew::Parts& parts) {
    bool well = true;
    for (std::uint32_t h = 0; h < parts.size(); ++h) {
      std::optional<Part>& one = all.emplace_back();
      if (parts[h]) {
        Unpacker unpacker(*parts[h]);
        unpacker(one.emplace());
        if (!unpacker.ok()) throw std::logic_error("SaveHosts: a part that is not whole");
      } else {
        missing_.push_back(h);
      }
      well = well && one && !ends(one->part);
    }
    return std::string(well ? "1" : "0");
  });
  go_on = reply == "1";
  failed_host_ = 0;
  for (std::uint32_t h = static_cast<std::uint32_t>(all.size()); h-- > 0;)
    if (all[h] && all[h]->part.stats.failed > 0) failed_host_ = h;
  return all;
}

std::optional<WrittenCheckpoints> SaveHosts::gather(WrittenCheckpoints mine, bool& go_on) {
  using Part = OnMachine<WrittenCheckpoints>;
  std::vector<std::optional<Part>> parts = parts_of_all(Part{this_machine(), std::move(mine)}, go_on);
  if (!first()) return std::nullopt;
  seconds_.assign(parts.size(), {});
  std::size_t rounds = 0;
  for (std::size_t h = 0; h < parts.size(); ++h) {
    if (!parts[h]) continue;
    const WrittenCheckpoints& part = parts[h]->part;
    HostSaved& host = saved_[h];
    host.bytes_written += part.stats.bytes;
    host.io_threads = part.io_threads, host.engine = part.engine;
    for (const CheckpointRound& round : part.stats.rounds) {
      seconds_[h].push_back(slowest_of(round.rank_seconds));
      host.writing += Seconds{seconds_[h].back()};
    }
    for (const Usage& usage : part.usage) host.cpu += usage.cpu();
    rounds = std::max(rounds, part.usage.size());
  }
  std::vector<Usage> usage;
  for (std::size_t i = 0; i < rounds; ++i)
    usage.push_back(used_by<WrittenCheckpoints>(parts, [i](const WrittenCheckpoints& part) {
      return i < part.usage.size() ? &part.usage[i] : nullptr;
    }));
  WrittenCheckpoints all = std::move(parts[0]->part);
  for (std::size_t h = 1; h < parts.size(); ++h) {
    if (!parts[h]) continue;
    const WrittenCheckpoints& part = parts[h]->part;
    all.stats.merge(part.stats);
    all.io_threads += part.io_threads;
    all.unanswered += part.unanswered;
    all.stopped = all.stopped || part.stopped;
    if (all.engine_reason.empty()) all.engine_reason = part.engine_reason;
  }
  all.usage = std::move(usage);
  return all;
}

std::optional<RestoredCheckpoint> SaveHosts::gather(RestoredCheckpoint mine, bool& go_on) {
  using Part = OnMachine<RestoredCheckpoint>;
  std::vector<std::optional<Part>> parts = parts_of_all(Part{this_machine(), std::move(mine)}, go_on);
  if (!first()) return std::nullopt;
  seconds_.assign(parts.size(), {});
  for (std::size_t h = 0; h < parts.size(); ++h) {
    if (!parts[h]) continue;
    const RestoredCheckpoint& part = parts[h]->part;
    HostSaved& host = saved_[h];
    host.bytes_read += part.stats.bytes;
    host.reading += part.stats.slowest;
    host.cpu += part.usage.cpu();
    host.io_threads = part.io_threads, host.engine = part.engine;
    seconds_[h] = {part.stats.slowest.value};
  }
  const Usage usage =
      used_by<RestoredCheckpoint>(parts, [](const RestoredCheckpoint& part) { return &part.usage; });
  RestoredCheckpoint all = std::move(parts[0]->part);
  for (std::size_t h = 1; h < parts.size(); ++h) {
    if (!parts[h]) continue;
    const RestoredCheckpoint& part = parts[h]->part;
    all.stats.merge(part.stats);
    all.io_threads += part.io_threads;
    all.unanswered += part.unanswered;
    all.stopped = all.stopped || part.stopped;
  }
  all.usage = usage;
  return all;
}

std::vector<double> SaveHosts::host_seconds(std::size_t checkpoint) const {
  std::vector<double> out;
  for (const std::vector<double>& host : seconds_)
    out.push_back(checkpoint < host.size() ? host[checkpoint] : 0);
  return out;
}

std::string SaveHosts::named(std::uint32_t host) const { return host == 0 ? "" : crew_->name(host) + ": "; }

std::vector<std::string> SaveHosts::missing() const {
  std::vector<std::string> names;
  for (const std::uint32_t host : missing_) names.push_back(crew_->name(host));
  return names;
}

void SaveHosts::add_hosts(Json& record) const {
  if (crew_ == nullptr) return;
  Json hosts = Json::array();
  for (std::uint32_t h = 0; h < crew_->hosts(); ++h) {
    const Ranks ranks = block_of(ranks_.all, h, crew_->hosts());
    const HostSaved& saved = saved_[h];
    Json host{{"name", crew_->name(h)},
              {"process", h},
              {"first_rank", ranks.first},
              {"ranks", ranks.here},
              {"bytes_written", saved.bytes_written},
              {"bytes_read", saved.bytes_read},
              {"write_seconds", saved.writing.value},
              {"restore_seconds", saved.reading.value},
              {"cpu_seconds", saved.cpu.value}};
    if (saved.io_threads > 0) {
      host["engine"] = to_string(saved.engine);
      host["io_threads"] = saved.io_threads;
    }
    hosts.push_back(std::move(host));
  }
  record["hosts"] = std::move(hosts);
  if (!missing_.empty()) record["hosts_missing"] = missing();
}

}  // namespace aforo
