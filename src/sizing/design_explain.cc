#include "sizing/design_explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "sizing/cloud_limits.h"
#include "sizing/money_words.h"
#include "sizing/rebuild.h"
#include "sizing/shelf.h"
#include "sizing/staging.h"

namespace aforo {
namespace {

using Figures = std::vector<ExplainedFigure>;

std::string rate(BytesPerSecond value) { return fmt::format("{:.4g} GB/s", value.value / 1e9); }
std::string per_second(PerSecond value) { return format_count(value.value) + "/s"; }
Bytes times(Bytes bytes, double share) { return {static_cast<std::uint64_t>(in_bytes(bytes) * share)}; }

std::string source_of(const std::string& what, const Fact& fact) {
  if (fact.source.empty()) return what;
  return fmt::format("{}: {} ({}, {})", what, fact.source, to_string(fact.kind), fact.date);
}

std::string sources_of(const Shelf& shelf) {
  std::string out = source_of(shelf.drive->model, shelf.drive->fact);
  if (shelf.node == nullptr) return out;
  return out + "; " + source_of(shelf.node->name, shelf.node->fact) + "; " +
         source_of(shelf.nic->name, shelf.nic->fact);
}

// Of flash that stands in front of disks.
std::string in_front(const Shelf& shelf) { return shelf.node == nullptr ? "local flash: " : "flash tier: "; }

std::string protected_share(const Shelf& s) { return fmt::format("{} / {}", s.data, s.data + s.parity); }

void add_capacity_to_buy(const Design& d, const Need& need, const SizingAsk& ask, Figures& out) {
  Bytes jobs{0};
  for (const JobNeed& job : need.jobs) jobs += job.requirement.capacity;
  const Bytes today = ask.capacity.value_or(jobs), held = to_hold(d, need);
  const Bytes with_files = times(held, 1 / (std::pow(1 + ask.growth, ask.years) * (1 + ask.snapshots)));
  const Bytes files = with_files > today ? with_files - today : Bytes{0};
  const bool inodes = held > need.objects;
  out.push_back({"capacity_to_buy_bytes", "capacity to buy", bytes_decimal(held),
                 inodes ? "(held today + 4 KiB per file) (1 + growth)^years (1 + snapshots)"
                        : "held today (1 + growth)^years (1 + snapshots)",
                 fmt::format("{} x {:g}^{:g} x {:g}",
                             inodes ? fmt::format("({} + {})", bytes_decimal(today), bytes_decimal(files))
                                    : bytes_decimal(today),
                             1 + ask.growth, ask.years, 1 + ask.snapshots),
                 ask.capacity ? "--capacity" : "datasets and two checkpoints of the jobs"});
}

void add_drives(const Shelf& s, const Need& need, Figures& out) {
  const double held =
      static_cast<double>(need.capacity.value) /
      (static_cast<double>(s.drive->capacity.value) * s.efficiency() * shelf_fill(s.parity, s.nodes));
  out.push_back(
      {"storage.drives", "drives", fmt::format("{}", s.drives),
       "the largest of capacity / (drive x data / (data + parity) x filled), bandwidth x seconds per byte, and "
       "a third of the bays; as many in every server",
       fmt::format(
           "{:.4g} for the capacity, {:.4g} for the mean bandwidth, {} for the bays; {} in each of {}", held,
           need.read.value * drive_seconds_per_byte(*s.drive, need, s.data, s.node),
           fewest_drives(*s.node) * s.nodes, s.drives / s.nodes, s.nodes),
       "the cheapest of all sizes: more than the mean bandwidth lets readers wait less; " +
           source_of(s.drive->model, s.drive->fact)});
}

void add_servers(const Shelf& s, const Need& need, Figures& out) {
  const std::string fewest =
      s.data == 1 ? fmt::format("{} for {}", fewest_nodes(s.data, s.parity), protection_text(s))
                  : fmt::format("({} + {}) / {}", s.data, s.parity, std::max(1u, s.parity - 1));
  out.push_back({"storage.servers", "servers", fmt::format("{}", s.nodes),
                 "the largest of drives / bays, bandwidth / min(server, cards), and the fewest that keep "
                 "redundancy when one is lost; rounded up",
                 fmt::format("{} / {}; {} / {} at the mean; {}", s.drives, s.node->bays, rate(need.read),
                             rate(node_network(*s.node, *s.nic)), fewest),
                 source_of(s.node->name, s.node->fact)});
}

void add_shelf_read(const Shelf& s, const Need& need, const std::string& key, const std::string& label,
                    BytesPerSecond value, Figures& out) {
  const BytesPerSecond drive{1 / drive_seconds_per_byte(*s.drive, need, s.data, s.node)};
  out.push_back(
      {key, label, rate(value),
       "the smaller of drives x rate for these requests and servers x min(server, cards), behind their PCIe",
       fmt::format("{} x {}; {} x {}", s.drives, rate(drive), s.nodes, rate(node_network(*s.node, *s.nic))),
       sources_of(s)});
}

void add_write(const Design& d, Figures& out) {
  const Shelf& s = d.staged && d.fast.node != nullptr ? d.fast : d.main;  // a hot copy takes checkpoints
  out.push_back({"write_bytes_per_second", "writes", rate(d.write),
                 "data / (data + parity) x the smaller of drives x rate and servers x min(0.3 server, cards)",
                 fmt::format("{} x min({} x {}, {} x {})", protected_share(s), s.drives,
                             rate(drive_write(*s.drive, s.node)), s.nodes,
                             rate(node_write_network({s.drive, s.node, s.nic, s.data, s.parity}))),
                 sources_of(s)});
}

void add_opens(const Design& d, Figures& out) {
  if (staged_in_hosts(d)) return;
  const auto of = [](const Shelf& s) {
    return fmt::format("{} x {}", s.nodes, per_second(s.node->metadata));
  };
  const bool front = d.fast.drives > 0 && d.fast.node != nullptr;
  const std::string inputs = d.staged ? of(d.fast) : front ? of(d.main) + " + " + of(d.fast) : of(d.main);
  out.push_back({"opens_per_second", "file opens", per_second(d.opens), "servers x opens of each", inputs,
                 source_of(d.main.node->name, d.main.node->fact)});
}

void add_latency(const Design& d, Figures& out) {
  const Shelf& s = d.fast.drives > 0 ? d.fast : d.main;
  out.push_back(
      {"latency_seconds", "latency, alone", format_seconds(d.latency),
       "drive + file system, network and server",
       fmt::format("{} + {}", format_seconds(s.drive->latency), format_seconds(d.latency - s.drive->latency)),
       source_of(s.drive->model, s.drive->fact) + "; the rest an estimate, docs/sizing.md section 4"});
}

void add_rebuild(const Design& d, Figures& out) {
  if (d.rebuild.value <= 0) return;
  const Shelf& s = d.main;
  const Rebuild r = rebuild_of(s);
  const std::string decoding = r.decode.value > 0
                                   ? fmt::format(" or decoded at {:g} x {} x {}", kRebuildShare * kWriteShare,
                                                 s.nodes, rate(s.node->most))
                                   : "";
  out.push_back(
      {"rebuild_seconds", "rebuild of a drive", format_seconds(d.rebuild),
       "what a drive holds: read x data, decoded, or written where the stripe leaves room, each at a quarter of "
       "what drives and servers give; the slowest. Into one new drive at its own rate",
       fmt::format(
           "{} x {:.2g}: x {} read at {:g} x min({} x {}, {} x {}){}, or written at {:g} x min({} x {}, {} x "
           "{}); {}",
           bytes_decimal(s.drive->capacity), shelf_fill(s.parity, s.nodes), s.data, kRebuildShare, r.sources,
           rate(r.source), r.source_nodes, rate(node_network(*s.node, *s.nic)), decoding, kRebuildShare,
           r.targets, rate(drive_write(*s.drive, s.node)), r.target_nodes,
           rate(node_write_network({s.drive, s.node, s.nic, s.data, s.parity})),
           format_seconds(d.rebuild_one)),
       "a quarter of the bandwidth, and decoding at 0.3 of a server, are estimates, docs/sizing.md section 4"});
}

std::string watts_inputs(const Shelf& s) {
  std::string out = fmt::format("{} x {:g} W", s.drives, s.drive->watts);
  if (s.node == nullptr) return out;
  return out +
         fmt::format(" + {} x ({:g} W + {} x {:g} W)", s.nodes, s.node->watts, s.node->ports, s.nic->watts);
}

void add_watts(const Design& d, Figures& out) {
  const bool front = d.fast.drives > 0;
  out.push_back({"watts", "power", fmt::format("{:.0f} W", d.watts),
                 "drives x watts + servers x (watts + cards x watts)",
                 watts_inputs(d.main) + (front ? " + " + watts_inputs(d.fast) : ""),
                 sources_of(d.main) + (front ? "; " + sources_of(d.fast) : "")});
}

void add_rack_units(const Design& d, Figures& out) {
  std::string inputs = fmt::format("{} x {:g}", d.main.nodes, d.main.node->rack_units);
  if (d.fast.drives > 0 && d.fast.node != nullptr)
    inputs += fmt::format(" + {} x {:g}", d.fast.nodes, d.fast.node->rack_units);
  out.push_back({"rack_units", "rack units", fmt::format("{:g}", d.rack_units), "servers x units of each",
                 inputs, source_of(d.main.node->name, d.main.node->fact)});
}

// Flash in front of disks is a cache: how many drives, and what it gives.
void add_front(const Design& d, const Need& need, Figures& out) {
  if (d.fast.drives == 0) return;
  const Shelf& s = d.fast;
  if (s.node == nullptr) {
    out.push_back({d.staged ? "copy_bytes_per_host" : "cache_bytes_per_host", in_front(s) + "held in a host",
                   bytes_decimal(d.local_cache), "drives of a host x drive x 0.8, or as asked",
                   fmt::format("{} x {} x {:g}", s.drives / d.hosts, bytes_decimal(s.drive->capacity), kFill),
                   sources_of(s)});
    out.push_back({"fast_read_bytes_per_second", in_front(s) + "reads", rate(d.fast_read),
                   "hosts x drives x rate, behind the host's PCIe and memory",
                   fmt::format("{} x {}", d.hosts, rate(d.local_read)), sources_of(s)});
    return;
  }
  out.push_back({"flash_tier.usable_bytes", in_front(s) + "held", bytes_decimal(shelf_usable(s)),
                 d.staged ? "drives x drive x data / (data + parity) x 0.8, for all that is trained on"
                          : "drives x drive x 0.8, for a share of the datasets",
                 fmt::format("{} x {} x {}{:g}; datasets {}", s.drives, bytes_decimal(s.drive->capacity),
                             d.staged ? protected_share(s) + " x " : "", kFill, bytes_decimal(need.datasets)),
                 sources_of(s)});
  add_shelf_read(s, need, "fast_read_bytes_per_second", in_front(s) + "reads", d.fast_read, out);
}

void add_staging(const Design& d, const Need& need, Figures& out) {
  if (!d.staged) return;
  out.push_back({"staging_seconds", "copying, before training", format_seconds(d.staging),
                 "datasets / the slowest of source, network and target", schedule_of(d, need),
                 "docs/sizing.md section 2; the jobs wait for it, once per project"});
}

void add_page_cache(const Design& d, const SizingAsk& ask, Figures& out) {
  if (d.page_cache.value == 0 || !ask.host_memory) return;
  out.push_back({"page_cache_bytes_per_host", "page cache of a host", bytes_decimal(d.page_cache),
                 "memory x 0.75 - what the loaders hold", bytes_decimal(*ask.host_memory) + " x 0.75",
                 "the hosts' memory (--host-memory); the quarter is chosen, docs/sizing.md section 4"});
}

// Drives in the hosts, and nothing else.
void add_host_drives(const Design& d, const Need& need, Figures& out) {
  const Shelf& s = d.main;
  const std::string drives = fmt::format("{} x ", s.drives);
  out.push_back({"storage.drives", "drives", fmt::format("{}", s.drives),
                 "as many in every host as hold its data / 0.8",
                 fmt::format("{} of {} in each of {} hosts", s.drives / d.hosts,
                             bytes_decimal(s.drive->capacity), d.hosts),
                 source_of(s.drive->model, s.drive->fact)});
  out.push_back({"usable_bytes", "usable", bytes_decimal(d.usable),
                 "datasets + hosts x (drives x drive x 0.8 - what is copied to each)",
                 fmt::format("{} + {} x ({} - {})", bytes_decimal(need.datasets), d.hosts,
                             bytes_decimal(d.local_cache), bytes_decimal(copy_in_host(need))),
                 "four fifths full is a published rule for file systems"});
  out.push_back({"read_bytes_per_second", "reads", rate(d.read), "drives x rate",
                 drives + rate(s.drive->read), sources_of(s)});
  out.push_back({"write_bytes_per_second", "writes", rate(d.write), "drives x rate",
                 drives + rate(s.drive->write), sources_of(s)});
  out.push_back(
      {"watts", "power", fmt::format("{:.0f} W", d.watts), "drives x watts", watts_inputs(s), sources_of(s)});
}

void add_bought(const Design& d, const Need& need, Figures& out) {
  const Shelf& s = d.main;
  if (s.drive == nullptr) return;  // in memory
  if (s.node == nullptr) return add_host_drives(d, need, out);
  add_drives(s, need, out);
  add_servers(s, need, out);
  out.push_back(
      {"usable_bytes", "usable", bytes_decimal(d.usable), "drives x drive x data / (data + parity) x 0.8",
       fmt::format("{} x {} x {} x {:g}", s.drives, bytes_decimal(s.drive->capacity), protected_share(s),
                   kFill),
       source_of(s.drive->model, s.drive->fact) + "; four fifths full is a published rule for file systems"});
  if (d.staged)
    add_shelf_read(s, need, "archive_read_bytes_per_second", "archive: reads", d.archive_read, out);
  else
    add_shelf_read(s, need, "read_bytes_per_second", "reads", d.read, out);
  add_front(d, need, out);
  add_write(d, out);
  add_opens(d, out);
  add_latency(d, out);
  add_rebuild(d, out);
  add_watts(d, out);
  add_rack_units(d, out);
}

bool is_object(const Design& d) { return d.service->kind == ServiceKind::kObject; }

void add_rented_bytes(const Design& d, const Need& need, Figures& out) {
  const CloudService& s = *d.service;
  const std::string source = source_of(s.title, s.fact);
  const bool all = d.usable >= d.bought;  // object stores, and file systems that are billed by use
  const Bytes held = d.archive != nullptr ? hot_bytes(need) : to_hold(d, need);
  std::string inputs = bytes_decimal(held) + (all ? "" : fmt::format(" / {:g}", kFill));
  if (s.least.value > 0) inputs += ", at least " + bytes_decimal(s.least);
  if (s.step.value > 0) inputs += ", in steps of " + bytes_decimal(s.step);
  if (s.per_tib.value > 0 && s.throughput_price.empty())
    inputs += fmt::format(", or as much as brings the throughput at {} per TiB", rate(s.per_tib));
  if (d.copies > 1) inputs += fmt::format("; {} copies, for all hosts to mount one", d.copies);
  out.push_back({"bought_bytes", "rented", bytes_decimal(d.bought),
                 all ? "capacity" : "capacity / 0.8, as the service sells it", inputs, source});
  if (d.archive != nullptr) {
    out.push_back({"usable_bytes", "usable", bytes_decimal(d.usable), "all that the archive holds",
                   bytes_decimal(need.objects), source_of(d.archive->title, d.archive->fact)});
    return;
  }
  out.push_back({"usable_bytes", "usable", bytes_decimal(d.usable), all ? "all" : "rented x 0.8",
                 bytes_decimal(d.bought) + (all ? "" : fmt::format(" x {:g}", kFill)),
                 all ? "billed by use" : "four fifths full is a published rule for file systems"});
}

std::string throughput_inputs(const Design& d, const Need& need) {
  const CloudService& s = *d.service;
  std::vector<std::string> parts;
  if (s.included.value > 0) parts.push_back(rate(s.included) + " included");
  if (s.per_tib.value > 0)
    parts.push_back(fmt::format("{} per TiB x {:.4g} TiB", rate(s.per_tib),
                                static_cast<double>(d.bought.value) / 1099511627776.0));
  if (!s.throughput_price.empty()) {
    const BytesPerSecond wanted = need.read_with_headroom;
    parts.push_back(fmt::format("{:.3g} x {} with headroom", d.provisioned / wanted, rate(wanted)));
  }
  if (s.most.value > 0) parts.push_back("at most " + rate(s.most) + (is_object(d) ? "" : " each"));
  return parts.empty() ? "no limit is stated" : join(parts, ", ");
}

// "5,500/s x 128", "9,200/s per TiB x 12.5 TiB"; what is not stated stands in the design's notes.
std::string requests_inputs(const Design& d, PerSecond one, PerSecond per_tib, PerSecond all) {
  const double tib = in_bytes(d.bought) / kTib;
  if (per_tib.value > 0) return fmt::format("{} per TiB x {:.4g} TiB", per_second(per_tib), tib);
  if (one.value <= 0) return "not stated: the least of its kind";
  return fmt::format("{} x {:.4g}", per_second(one), all / one);
}

std::string opens_inputs(const Design& d) {
  const CloudService& s = *d.service;
  std::vector<std::string> parts;
  if (s.metadata.value > 0) parts.push_back(per_second(s.metadata) + " at least");
  if (s.opens_per_tib.value > 0)
    parts.push_back(
        fmt::format("{} per TiB x {:.4g} TiB", per_second(s.opens_per_tib), in_bytes(d.bought) / kTib));
  if (!s.opens_price.empty())
    parts.push_back(
        fmt::format("more at {:g} metadata IOPS each, up to {}", s.iops_per_open, per_second(s.most_opens)));
  return parts.empty() ? "not stated: the least of its kind" : join(parts, ", ");
}

void add_rented_requests(const Design& d, const std::string& source, Figures& out) {
  const CloudService& s = *d.service;
  const bool block = s.kind == ServiceKind::kBlock;
  const char* const formula = is_object(d) ? "limit of a prefix x prefixes"
                              : block      ? "what is bought, or the limit of each x how many"
                                           : "limit of the service, or what comes with each TiB";
  if (d.requests.value > 0)
    out.push_back({"requests_per_second", block ? "requests" : "requests that read", per_second(d.requests),
                   formula, requests_inputs(d, s.requests, s.requests_per_tib, d.requests), source});
  if (d.writes.value > 0 && !block)
    out.push_back(
        {"writes_per_second", "requests that write", per_second(d.writes),
         is_object(d) ? "limit of a prefix x those that the load between checkpoints keeps" : formula,
         requests_inputs(d, s.writes, s.writes_per_tib, d.writes), source});
  if (d.opens.value > 0)
    out.push_back({"opens_per_second", "file opens", per_second(d.opens),
                   "what comes with the service or its size, and what is bought", opens_inputs(d), source});
}

void add_rented_rates(const Design& d, const Need& need, Figures& out) {
  const CloudService& s = *d.service;
  const std::string source = source_of(s.title, s.fact);
  if (d.provisioned.value > 0)
    out.push_back({"provisioned_bytes_per_second", "throughput provisioned", rate(d.provisioned),
                   "what comes with it, or what is bought, as far as the service goes",
                   throughput_inputs(d, need), source});
  add_rented_requests(d, source, out);
  out.push_back({"latency_seconds", "latency, alone", format_seconds(d.latency), "mean to the first byte",
                 format_seconds(s.latency), source});
  if (d.local_cache.value > 0)
    out.push_back({d.staged ? "copy_bytes_per_host" : "cache_bytes_per_host", "local flash: held in a host",
                   bytes_decimal(d.local_cache), "flash of an instance x 0.8, or as asked",
                   fmt::format("{} x {:g}", bytes_decimal(times(d.local_cache, 1 / kFill)), kFill),
                   "the instance's own flash, data/catalogue"});
}

void add_utilisation(const SizedDesign& sized, const Need& need, Figures& out) {
  std::string inputs;
  const auto& served = sized.judgement.served;
  for (std::size_t i = 0; i < served.size(); ++i) {
    const Served& job = served[i];
    const bool limited = !job.limit.starts_with(to_string(Limit::kNone));
    inputs +=
        fmt::format("{}'{}' {}, {}{}", i == 0 ? "" : "; ", need.jobs[i].workload.name,
                    with_range(format_percent(job.au), format_percent(job.low), format_percent(job.high)),
                    limited ? "limited by " : "", job.limit);
  }
  std::string from = sized.simulated ? "the job itself in virtual time on this design"
                                     : "closed forms of the job on this design";
  if (served.size() > 1) from += ", mean by accelerators and duty";
  out.push_back({"au", "accelerator utilisation", format_percent(mean_au(served, need)), from, inputs,
                 "docs/predicting.md; the design as a storage system: docs/sizing.md section 4"});
}

void add_break_even(const Horizon& h, Figures& out) {
  const double months = static_cast<double>(h.owned.cumulative.size());
  out.push_back({"break_even_month", "owning breaks even",
                 h.break_even ? fmt::format("month {:.0f}", std::ceil(*h.break_even))
                              : fmt::format("not within {:g} months", months),
                 "month in which (rent - own a month), at present value, adds up to what is bought at once",
                 fmt::format("{}; {} - {}", money_text(h.owned.upfront), money_text(h.rented.monthly),
                             money_text(h.owned.monthly)),
                 "accelerators included, docs/sizing.md section 7; prices: 'aforo catalogue prices'"});
}

}  // namespace

std::vector<ExplainedFigure> explain_design(const Design& d, const SizedDesign& sized, const Need& need,
                                            const SizingAsk& ask, const Horizon* horizon) {
  Figures out;
  add_capacity_to_buy(d, need, ask, out);
  if (d.service == nullptr) {
    add_bought(d, need, out);
  } else {
    add_rented_bytes(d, need, out);
    add_rented_rates(d, need, out);
  }
  add_page_cache(d, ask, out);
  add_staging(d, need, out);
  add_utilisation(sized, need, out);
  if (horizon != nullptr) add_break_even(*horizon, out);
  return out;
}

}  // namespace aforo
