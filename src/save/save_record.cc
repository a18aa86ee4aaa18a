#include "save/save_record.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace aforo {
namespace {

void add_ranks(Json& out, std::vector<double> seconds) {
  if (seconds.empty()) return;
  std::sort(seconds.begin(), seconds.end());
  out["rank_seconds"] = {
      {"ranks", seconds.size()},
      {"fastest", seconds.front()},
      {"median", seconds[seconds.size() / 2]},
      {"mean", std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(seconds.size())},
      {"slowest", seconds.back()}};
}

void add_client_of(Json& out, const Usage& usage, double bytes) {
  out["wall_seconds"] = usage.wall.value;
  out["cpu_seconds"] = usage.cpu().value;
  if (usage.kernel_cpu) set_number(out, "cpu_seconds_kernel", usage.kernel_cpu->value);
  if (bytes > 0) set_number(out, "cpu_seconds_per_gb", usage.cpu().value / (bytes / 1e9));
}

void set_rate(Json& out, const char* key, std::uint64_t bytes, Seconds time) {
  if (time.value > 0) set_number(out, key, static_cast<double>(bytes) / time.value);
}

}  // namespace

Json shape_json(const CheckpointSpec& spec, const CheckpointShape& shape) {
  const CheckpointParallelism& p = shape.parallelism();
  std::uint64_t least = ~std::uint64_t{0}, most = 0;
  for (std::uint32_t rank = 0; rank < shape.ranks(); ++rank) {
    const std::uint64_t bytes = shape.bytes_of(rank).value;
    least = std::min(least, bytes), most = std::max(most, bytes);
  }
  return {{"model", kCheckpointModelWords[static_cast<std::size_t>(spec.model)]},
          {"layout", to_string(shape.files_kind())},
          {"ranks", p.ranks},
          {"tensor_parallel", p.tensor},
          {"pipeline_parallel", p.pipeline},
          {"data_parallel", p.data},
          {"zero", p.zero},
          {"files", shape.files()},
          {"bytes", shape.bytes().value},
          {"weight_bytes", shape.weight_bytes().value},
          {"rank_bytes_least", least},
          {"rank_bytes_most", most},
          {"rank0_bytes", shape.bytes_of(0).value},
          {"chunk_bytes", spec.chunk.value},
          {"depth", spec.depth},
          {"fsync", spec.fsync},
          {"direct", spec.write_mode == ReadMode::kDirect},
          {"keep", spec.keep}};
}

Seconds time_of(const CheckpointRound& round) {
  const auto slowest = std::max_element(round.rank_seconds.begin(), round.rank_seconds.end());
  const Seconds files{slowest == round.rank_seconds.end() ? 0 : *slowest};
  return files + round.commit.value_or(Seconds{0});
}

Json written_json(const CheckpointRound& round, const CheckpointShape& shape, const Usage* usage) {
  const Seconds slowest = time_of(round) - round.commit.value_or(Seconds{0});
  Json out{{"kind", "write"},
           {"number", round.number},
           {"whole", round.commit.has_value()},
           {"bytes", round.bytes},
           {"seconds", slowest.value}};
  if (round.rank0) out["rank0_seconds"] = round.rank0->value;
  if (round.commit) out["commit_seconds"] = round.commit->value;
  if (round.commit) out["done_seconds"] = time_of(round).value;
  set_rate(out, "bytes_per_second", round.bytes, slowest);
  if (round.rank0) set_rate(out, "rank0_bytes_per_second", shape.bytes().value, *round.rank0);
  out["create_seconds"] = round.times.creating.value;
  out["write_seconds"] = round.times.writing.value;
  out["fsync_seconds"] = round.times.syncing.value;
  out["rename_seconds"] = round.times.renaming.value;
  out["close_seconds"] = round.times.closing.value;
  add_ranks(out, round.rank_seconds);
  if (usage == nullptr) return out;
  if (usage->process_bytes_written) out["bytes_by_kernel"] = *usage->process_bytes_written;
  add_client_of(out, *usage, static_cast<double>(round.bytes));
  return out;
}

Json restored_json(const RestoreStats& stats, std::uint64_t number, const Usage& usage) {
  Json out{{"kind", "read"},
           {"number", number},
           {"whole", stats.failed == 0 && stats.unfinished == 0},
           {"bytes", stats.bytes},
           {"seconds", stats.slowest.value}};
  if (stats.rank0) out["rank0_seconds"] = stats.rank0->value;
  set_rate(out, "bytes_per_second", stats.bytes, stats.slowest);
  if (stats.rank0) set_rate(out, "rank0_bytes_per_second", stats.bytes, *stats.rank0);
  out["open_seconds"] = stats.opening.value;
  out["read_seconds"] = stats.reading.value;
  out["close_seconds"] = stats.closing.value;
  add_ranks(out, stats.rank_seconds);
  if (usage.process_bytes_read) out["bytes_by_kernel"] = *usage.process_bytes_read;
  add_client_of(out, usage, static_cast<double>(stats.bytes));
  return out;
}

Json interval_json(Seconds every, Seconds pause, std::optional<Seconds> failure_every) {
  Json interval{{"pause_seconds", pause.value}};
  if (every.value > 0) {
    interval["every_seconds"] = every.value;
    interval["au_share"] = share_beside_checkpoints(every, pause);
  }
  if (failure_every) {
    const Seconds young = young_interval(pause, *failure_every), daly = daly_interval(pause, *failure_every);
    interval["failure_every_seconds"] = failure_every->value;
    interval["young_seconds"] = young.value;
    interval["daly_seconds"] = daly.value;
    interval["young_au_share"] = share_beside_checkpoints(young, pause);
    interval["daly_au_share"] = share_beside_checkpoints(daly, pause);
  }
  return interval;
}

void add_pause(Json& record, const CheckpointSpec& spec, Seconds pause, std::uint32_t ranks,
               std::uint64_t checkpoints, std::optional<Seconds> failure_every,
               std::optional<Dollars> price_per_hour) {
  const double stall = pause.value * static_cast<double>(checkpoints) * ranks;
  set_number(record, "stall_seconds", stall);
  record["interval"] = interval_json(spec.every, pause, failure_every);
  if (!price_per_hour) return;
  const double price = price_per_hour->value;
  set_number(record, "accelerator_usd_per_hour", price);
  set_number(record, "stall_cost_usd", stall / 3600 * price);
  if (spec.every.value > 0)
    set_number(record, "stall_cost_usd_per_month",
               (1 - share_beside_checkpoints(spec.every, pause)) * ranks * price * kHoursPerMonth);
}

}  // namespace aforo
