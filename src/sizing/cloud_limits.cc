#include "sizing/cloud_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sizing/design_storage.h"
#include "sizing/shelf.h"

namespace aforo {
namespace {

// Both 0 or more; 0 is not stated.
double least_stated(double a, double b) { return a <= 0 || b <= 0 ? std::max(a, b) : std::min(a, b); }

void take_least(double& least, double stated) { least = least_stated(least, stated); }

double ratio(double part, double whole) { return part > 0 && whole > 0 ? part / whole : 0; }

double largest_size(const CloudService& s) {
  return in_bytes(s.volume) * (s.kind == ServiceKind::kBlock ? std::max(1u, s.volumes_per_host) : 1);
}

bool sold_by_size(const CloudService& s) {
  return s.kind != ServiceKind::kObject && (s.least.value > 0 || s.step.value > 0 || s.per_tib.value > 0);
}

class ServiceLimits {
 public:
  ServiceLimits(const ServiceClasses::Least& least, const Need& need, double volumes, Design& d)
      : least_(least),
        need_(need),
        volumes_(volumes),
        d_(d),
        s_(*d.service),
        tib_(in_bytes(d.bought) / kTib) {}

  void set() {
    note_scratch();
    set_requests();
    if (s_.kind == ServiceKind::kFile) set_opens();
    set_rates();
    note_ramp();
  }

 private:
  bool object() const { return s_.kind == ServiceKind::kObject; }
  bool block() const { return s_.kind == ServiceKind::kBlock; }

  void assume(const std::string& figure, const std::string& taken) {
    d_.estimated = true;
    d_.notes.push_back(
        fmt::format("{} states no {}: {}, the least of its kind, is taken", s_.title, figure, taken));
  }

  // Of one, as many as there are, and of the size.
  double requests_of(PerSecond one, double prefixes, PerSecond per_tib) const {
    return one.value * prefixes * volumes_ + per_tib.value * tib_;
  }

  double all_prefixes() const { return object() ? s_.prefixes : 1; }

  // Whose rates a load that is kept up takes: all reads, and checkpoints spread over the time between them.
  double loaded_prefixes() const {
    const double reads =
        d_.family == Family::kCloudObjectLocal ? 0 : read_requests(need_, piece_of(s_)).value;
    const double writes = write_requests(need_, piece_of(s_)).value * kCheckpointTimeShare;
    return std::max(ratio(reads, s_.requests.value), ratio(writes, s_.writes.value));
  }

  // Checkpoints come in bursts, seconds in half an hour, in which no store grows: it is as large as what is kept
  // up has made it.
  double warm_prefixes() const {
    if (!object() || s_.ramp_minutes <= 0) return all_prefixes();
    return std::clamp(std::ceil(loaded_prefixes()), 1.0, all_prefixes());
  }

  void set_requests() {
    double reads = requests_of(s_.requests, all_prefixes(), s_.requests_per_tib);
    if (reads <= 0) {
      reads = least_stated(least_.requests * volumes_, least_.requests_per_tib * tib_);
      assume("limit of reads", format_count(reads) + " /s");
    }
    if (s_.iops_per_gib.value > 0)
      reads = std::min(reads, std::max(s_.iops_included.value * volumes_,
                                       s_.iops_per_gib.value * in_bytes(d_.bought) * d_.copies / kGib));
    const double bought = d_.requests.value;
    d_.requests = {bought > 0 ? std::min(bought, reads) : reads};
    d_.writes = {requests_of(s_.writes, warm_prefixes(), s_.writes_per_tib)};
    if (block()) d_.writes = d_.requests;  // IOPS are of either kind
    if (d_.writes.value > 0) return;
    d_.writes = d_.requests * (least_.writes_share > 0 ? least_.writes_share : 1);
    assume("limit of writes", format_count(d_.writes.value) + " /s");
  }

  void set_opens() {
    double opens = std::max(s_.metadata.value, s_.opens_per_tib.value * tib_);
    if (opens <= 0) {
      opens = least_stated(least_.opens, least_.opens_per_tib * tib_);
      assume("limit of opens", format_count(opens) + " /s");
    }
    double wanted = 0;  // at full speed
    for (const JobNeed& job : need_.jobs)
      wanted += job.requirement.opens.value / job.requirement.target * job.host.pace;
    const double most = s_.most_opens.value > 0 ? s_.most_opens.value : HUGE_VAL;
    opens = std::min(opens, most);
    const double more = std::min(wanted, most) - opens;
    if (!s_.opens_price.empty() && more > 0) {
      const double iops = more * s_.iops_per_open;
      d_.costs.push_back(
          {fmt::format("{:.4g} metadata IOPS provisioned", iops), s_.opens_price, iops, "", false});
      opens += more;
    }
    d_.opens = {opens};
  }

  void set_rates() {
    if (object()) return set_object_rates();
    d_.read = d_.provisioned;
    if (block()) {
      // Each host writes to its own copy, unless several share one, whose file system then cannot be written.
      const bool shared = s_.attach != 1 && d_.hosts > 1;
      d_.write = d_.provisioned / d_.copies;
      if (!shared || !s_.read_only) return;
      d_.write = {0};
      d_.notes.push_back(
          fmt::format("{} is read-only while {} hosts mount it: data are written to it by one host "
                      "alone, before",
                      s_.title, d_.hosts));
      return;
    }
    double write = s_.write_per_tib.value * tib_;
    if (write <= 0 && s_.most_write.value > 0) write = d_.provisioned.value;
    if (write <= 0) {
      write = d_.provisioned.value * (least_.write_share > 0 ? least_.write_share : 1);
      assume("rate of writing", format_rate(BytesPerSecond{write}));
    }
    if (s_.most_write.value > 0) write = std::min(write, s_.most_write.value);
    d_.write = {std::min(write, std::max(d_.provisioned.value, s_.write_per_tib.value * tib_))};
  }

  // What nothing stated limits is limited by the hosts' networks, and by requests of the usual size.
  void set_object_rates() {
    const BytesPerSecond networks = d_.client_network * d_.hosts;
    const auto of = [&](BytesPerSecond stated) {
      return stated.value > 0 ? std::min(stated, networks) : networks;
    };
    const double piece = in_bytes(piece_of(s_));
    d_.read = std::min(of(s_.most), BytesPerSecond{d_.requests.value * piece});
    d_.write = std::min(of(s_.most_write.value > 0 ? s_.most_write : s_.most),
                        BytesPerSecond{d_.writes.value * piece});
    d_.provisioned = s_.most;
  }

  void note_scratch() {
    if (s_.durability != Durability::kScratch) return;
    d_.notes.push_back(fmt::format(
        "{} is scratch: what lies there is a copy that a failed server takes along; the data and the checkpoints to "
        "keep must lie in an object store or an archive too",
        s_.title));
  }

  // The rates of all prefixes come only after a load has been kept up for some time.
  void note_ramp() {
    if (!object() || s_.ramp_minutes <= 0) return;
    const double times = loaded_prefixes();
    if (times > 1)
      d_.notes.push_back(fmt::format(
          "{} starts at {} reads and {} writes/s, and doubles that in {:g} min: enough after {}", s_.title,
          format_count(s_.requests.value), format_count(s_.writes.value), s_.ramp_minutes,
          format_seconds(Seconds{std::ceil(std::log2(times)) * s_.ramp_minutes * 60})));
    note_bursts();
  }

  void note_bursts() {
    const BytesPerSecond networks = d_.client_network * d_.hosts;
    if (need_.checkpoint_write.value <= 0 || d_.write >= networks || warm_prefixes() >= all_prefixes())
      return;
    d_.notes.push_back(fmt::format(
        "{} takes a checkpoint at {} writes/s, {}: so much stays there under the load between checkpoints, and a "
        "burst is over before there is more",
        s_.title, format_count(d_.writes.value), format_rate(d_.write)));
  }

  const ServiceClasses::Least& least_;
  const Need& need_;
  const double volumes_;
  Design& d_;
  const CloudService& s_;
  const double tib_;
};

}  // namespace

ServiceClasses::ServiceClasses(const Catalogue& catalogue) {
  for (const CloudService& s : catalogue.services()) {
    Least& least = least_[static_cast<std::size_t>(s.kind)];
    take_least(least.requests, s.requests.value * s.prefixes);
    take_least(least.requests_per_tib, s.requests_per_tib.value);
    take_least(least.opens, s.metadata.value);
    take_least(least.opens_per_tib, s.opens_per_tib.value);
    take_least(least.write_share, ratio(s.write_per_tib.value, s.per_tib.value));
    take_least(least.write_share, ratio(s.most_write.value, s.most.value));
    take_least(least.writes_share, ratio(s.writes.value, s.requests.value));
    take_least(least.writes_share, ratio(s.writes_per_tib.value, s.requests_per_tib.value));
    if (sold_by_size(s)) take_least(least.size, largest_size(s));
  }
}

void limit_size(const ServiceClasses& classes, double fill, Design& d) {
  const CloudService& s = *d.service;
  double largest = largest_size(s);
  const double least = classes.of(s.kind).size;
  const bool unknown = largest <= 0 && sold_by_size(s) && least > 0;
  if (unknown) largest = least;
  if (largest <= 0 || in_bytes(d.bought) <= largest) return;
  if (unknown) {
    d.estimated = true;
    d.notes.push_back(fmt::format("{} states no largest size: {}, the least of its kind, is taken", s.title,
                                  bytes_decimal({static_cast<std::uint64_t>(largest)})));
  }
  d.bought = {static_cast<std::uint64_t>(largest)};
  d.usable = {static_cast<std::uint64_t>(largest * fill)};
}

void set_limits(const ServiceClasses& classes, const Need& need, double volumes, Design& design) {
  ServiceLimits(classes.of(design.service->kind), need, volumes, design).set();
}

Bytes to_hold(const Design& design, const Need& need) {
  const CloudService* const keeper = keeper_of(design);
  return keeper != nullptr && keeper->kind == ServiceKind::kObject ? need.objects : need.capacity;
}

double billed_bytes(const CloudService& service, const Need& need, double bytes) {
  for (const JobNeed& job : need.jobs) {
    const double files = std::max<double>(1, static_cast<double>(job.workload.dataset.files()));
    bytes += job.files_held *
             std::max(0.0, in_bytes(service.least_object) - in_bytes(job.requirement.dataset) / files);
  }
  return bytes;
}

PerSecond read_requests(const Need& need, Bytes piece) {
  PerSecond out{0};
  const double most = in_bytes(piece);
  for (const JobNeed& job : need.jobs) {
    double per_sample = job.read.operations_per_sample();
    if (job.read.kind == ReadKind::kStream) per_sample = job.read.bytes_per_sample / most;
    if (job.read.kind == ReadKind::kFile) per_sample = std::max(1.0, job.read.bytes_per_sample / most);
    out += job.requirement.samples * per_sample;
  }
  return out;
}

PerSecond write_requests(const Need& need, Bytes piece) {
  return {need.checkpoint_write.value / in_bytes(piece)};
}

Bytes piece_of(const CloudService& service) {
  return service.kind == ServiceKind::kObject ? kObjectRange : Bytes{static_cast<std::uint64_t>(kIopsSize)};
}

}  // namespace aforo
