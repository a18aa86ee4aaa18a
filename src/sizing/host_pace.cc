#include "sizing/host_pace.h"

#include <fmt/format.h>

#include <algorithm>

#include "sizing/providers.h"
#include "workload/access.h"

namespace aforo {
namespace {

// Of one sample, of one core: as files are charged.
double core_seconds(const Workload& w, const Access& access) {
  return law_mean(w.loader.preprocess) + kFileCpu.value * access.operations_per_sample() +
         kFileCpuPerByte.value * access.bytes_per_sample;
}

// The share of full speed at which a loader that is given its samples at once has them prepared.
double pace_of_workers(const Workload& w, const Requirement& r, const Access& access) {
  const double preprocess = law_mean(w.loader.preprocess);
  if (preprocess <= 0) return 1;
  if (access.order == BatchOrder::kOnDemand) {
    const double step = law_mean(w.accelerator.step_time);
    return step / (step + preprocess * static_cast<double>(w.loader.batch_size));
  }
  return std::min(1.0, r.concurrency / (r.samples_full.value * preprocess));
}

// As utilisation is said beside it.
std::string percent_text(double share) { return share > 0.99 ? format_percent(share) : format_share(share); }

std::string note_of(const Workload& w, const HostPace& found, const Requirement& r, std::uint32_t per_host) {
  const std::string at_most =
      fmt::format("accelerators are busy at most {}, whatever the storage, which is sized for that",
                  percent_text(found.pace));
  if (found.workers)
    return fmt::format(
        "'{}': its {} loader workers take {} to prepare a sample, too few for full speed: {}; "
        "give more (--workers)",
        w.name, w.loader.workers, format_seconds(Seconds{law_mean(w.loader.preprocess)}), at_most);
  return fmt::format(
      "'{}': the hosts' CPU is the limit, {:.0f} cores wanted of {} ({} samples/s of {} each): {}; decode on the "
      "accelerators (loader.preprocess=0), keep samples smaller{}, or say what hosts you have (--host-cores)",
      w.name, found.cores_wanted, found.cores, format_count(r.samples_full.value / r.hosts),
      format_seconds(Seconds{law_mean(w.loader.preprocess)}), at_most,
      per_host > 1 ? ", put fewer accelerators in a host (--per-host)" : "");
}

}  // namespace

std::uint32_t loading_cores(const AcceleratorHost& host, std::uint32_t accelerators, const SizingAsk& ask) {
  const std::uint32_t in_host = std::min(accelerators, ask.accelerators_per_host);
  const std::uint32_t hosts = std::max(1u, (in_host + host.accelerators - 1) / host.accelerators);
  const std::uint32_t cores = ask.host_cores.value_or(host.cores * hosts), taken = kTrainingCores * in_host;
  return cores > taken ? cores - taken : 1;
}

Station host_cores(std::string name, std::uint32_t cores, Seconds per_operation, Seconds per_byte) {
  Station out;
  out.name = std::move(name);
  out.kind = StationKind::kCpu;
  out.scope = StationScope::kHost;
  out.servers = cores;
  out.per_operation = per_operation;
  out.per_byte = per_byte;
  return out;
}

ClosedPrediction on_ideal_storage(const Workload& w, std::uint32_t cores, std::uint32_t per_host) {
  StorageSpec ideal;
  ideal.client.push_back(host_cores("client CPU", cores, kFileCpu, kFileCpuPerByte));
  ideal.tiers.emplace_back();
  ClosedOptions options;
  options.ranks_per_host = per_host;
  return predict_closed(w, ideal, 0, options);
}

HostPace host_pace(const Workload& w, const Requirement& r, const SizingAsk& ask,
                   const Catalogue& catalogue) {
  HostPace out;
  const Access access = access_of(w);
  const std::uint32_t per_host = std::min(w.accelerator.count, ask.accelerators_per_host);
  out.cores_wanted = r.samples_full.value / w.accelerator.count * per_host * core_seconds(w, access);
  for (const std::optional<Provider> place : places_on_offer(ask, catalogue))
    out.cores = std::max(
        out.cores, loading_cores(catalogue.host_of(w.accelerator.type, place), w.accelerator.count, ask));
  out.ideal = on_ideal_storage(w, out.cores, ask.accelerators_per_host);
  if (law_mean(w.loader.preprocess) <= 0) return out;  // what reading takes differs with the storage
  if (out.cores > 0 && out.cores_wanted > out.cores) out.pace = out.cores / out.cores_wanted;
  if (const double workers = pace_of_workers(w, r, access); workers < out.pace) {
    out.pace = workers;
    out.workers = true;
  }
  if (out.pace < 1) out.note = note_of(w, out, r, per_host);
  return out;
}

}  // namespace aforo
