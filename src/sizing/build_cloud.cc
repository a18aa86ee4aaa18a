#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "base/text.h"
#include "sizing/build.h"
#include "sizing/cloud_limits.h"
#include "sizing/egress.h"
#include "sizing/host_limits.h"
#include "sizing/host_pace.h"
#include "sizing/providers.h"
#include "sizing/shelf.h"

namespace aforo {
namespace {

constexpr double kMbps = 1e6;
// Of volumes that a host mounts alone. Chosen: more copies of a dataset nobody keeps in step.
constexpr std::uint32_t kMostVolumeCopies = 8;

Bytes bought_bytes(double bytes) { return {static_cast<std::uint64_t>(std::ceil(bytes))}; }

class CloudDesigns {
 public:
  CloudDesigns(const SizingAsk& ask, const Need& need, const Catalogue& catalogue, std::vector<Design>& out)
      : ask_(ask),
        need_(need),
        catalogue_(catalogue),
        classes_(catalogue),
        providers_(providers_with_hosts(ask, catalogue)),
        out_(out) {
    double full = 0, opens = 0;
    for (const JobNeed& job : need.jobs) {
      full += job.requirement.read_with_headroom.value / job.requirement.target * job.host.pace;
      opens += job.requirement.opens.value / job.requirement.target * job.host.pace;
    }
    opens_per_byte_ = full > 0 ? opens / full : 0;
    bandwidths_.push_back(0);
    for (double factor = kLeastRead; factor <= kMostRead; factor *= kReadStep)
      bandwidths_.push_back(factor * full);
    for (double factor = kLeastRead / kReadStep; need.read.value > 0 && factor * full > need.read.value;
         factor /= kReadStep)
      bandwidths_.push_back(factor * full);
    for (double factor = 1; need.checkpoint_write.value > 0 && factor <= kMostWrite; factor *= kWriteStep)
      bandwidths_.push_back(factor * need.checkpoint_write.value);
  }

  void add(const CloudService& service) {
    if (ask_.provider && service.provider != *ask_.provider) return;
    if (std::find(providers_.begin(), providers_.end(), service.provider) == providers_.end()) return;
    host_ = &host_of_jobs(need_, catalogue_, service.provider);
    switch (service.kind) {
      case ServiceKind::kObject:
        return add_object(service);
      case ServiceKind::kFile:
        return add_file(service);
      case ServiceKind::kBlock:
        return add_block(service);
    }
  }

 private:
  bool wanted(Family family) const { return !ask_.family || *ask_.family == family; }

  // Of what was bought so that it holds all that is needed, rounding or not.
  Bytes usable_of(Bytes bought, double fill) const {
    return std::max(bought_bytes(in_bytes(bought) * fill), need_.capacity);
  }

  static bool by_use(const CloudService& s) {
    return s.least.value == 0 && s.step.value == 0 && s.per_tib.value == 0;
  }

  Bytes sold(const CloudService& s, double bytes) const {
    double out = std::max(bytes, in_bytes(s.least));
    if (s.step.value > 0) out = std::ceil(out / in_bytes(s.step)) * in_bytes(s.step);
    return bought_bytes(out);
  }

  Design start(const CloudService& s, Family family) const {
    Design d;
    d.family = family;
    d.service = &s;
    d.product = s.title;
    d.hosts = need_.hosts;
    d.latency = s.latency;
    d.estimated = s.fact.kind == FactKind::kEstimated;
    d.client_network = host_network(*host_, s);
    if (s.kind != ServiceKind::kObject) d.page_cache = need_.page_cache;
    d.cores = loading_cores(*host_, need_.accelerators, ask_);
    return d;
  }

  void keep_bytes(Design& d) const {
    const double kept = in_bytes(d.bought) * d.copies, billed = billed_bytes(*d.service, need_, kept);
    std::string label = bytes_decimal({d.bought.value * d.copies}) + " kept";
    if (billed > kept)
      label += fmt::format(", billed as {}, {} an object at least", bytes_decimal(bought_bytes(billed)),
                           format_bytes(d.service->least_object));
    for (CostLine& line : storage_lines(*d.service, billed, label)) d.costs.push_back(std::move(line));
  }

  // Throughput beyond what comes with it is paid for.
  void pay_throughput(Design& d, double free_of_charge) const {
    const double paid = d.provisioned.value - free_of_charge;
    if (paid > 0 && !d.service->throughput_price.empty())
      d.costs.push_back({fmt::format("{:.4g} MB/s provisioned", paid / kMbps), d.service->throughput_price,
                         paid / kMbps, "", false});
  }

  void add_object(const CloudService& s) {
    std::set<std::uint64_t> seen;
    for (int tenths = 0; tenths <= 10; ++tenths) {
      if (!wanted(Family::kCloudObject) || ask_.cache) break;
      Design d = object(s, Family::kCloudObject, free_reads(s, tenths / 10.0));
      if (!seen.insert(d.bought.value).second) continue;
      d.name = fmt::format("{}, {}", s.title, bytes_decimal(d.bought));
      out_.push_back(std::move(d));
    }
    if (host_->nvme.value == 0 || !wanted(Family::kCloudObjectLocal)) return;
    const Bytes there = bought_bytes(in_bytes(host_->nvme) * kFill);
    if (ask_.cache && *ask_.cache > there) return;
    Design d = object(s, Family::kCloudObjectLocal, 0);
    d.local_cache = ask_.cache.value_or(there);
    d.local_read = std::min(host_->nvme_read, memory_limit(*host_));
    d.fast_read = d.local_read * d.hosts;
    d.estimated = d.estimated || host_->fact.kind == FactKind::kEstimated;
    d.product += " + " + host_->name;
    d.name = fmt::format("{}, {} + {} of local NVMe in {}{} {}", s.title, bytes_decimal(d.bought),
                         bytes_decimal(host_->nvme), d.hosts == 1 ? "" : "each of ", d.hosts, host_->name);
    out_.push_back(std::move(d));
  }

  // Bytes to keep so that what is read leaves free of charge: of a month's reads at such a share of full speed.
  double free_reads(const CloudService& s, double share) const {
    double read = 0;
    for (const JobNeed& job : need_.jobs)
      read +=
          job.requirement.samples_full.value * job.read.bytes_per_sample * job.duty * kHoursPerMonth * 3600;
    return kept_for_egress(s, share * read);
  }

  // At least so many bytes, beside what is to be held.
  Design object(const CloudService& s, Family family, double least) const {
    Design d = start(s, family);
    d.bought = sold(s, std::max(least, in_bytes(need_.objects)));
    d.usable = d.bought;
    keep_bytes(d);
    set_limits(classes_, need_, 1, d);
    return d;
  }

  void add_file(const CloudService& s) {
    if (!wanted(Family::kCloudFile) || ask_.cache) return;
    std::set<std::pair<std::uint64_t, double>> seen;
    // Where more bytes bring more opens, as much of either.
    const bool opens_grow = s.opens_per_tib.value > 0 && s.opens_price.empty();
    std::vector<std::pair<double, double>> wanted_rates;  // bytes and opens a second
    for (const double bandwidth : bandwidths_) {
      wanted_rates.emplace_back(bandwidth, 0);
      if (opens_grow) wanted_rates.emplace_back(0, bandwidth * opens_per_byte_);
      if (opens_grow && !s.throughput_price.empty())
        wanted_rates.emplace_back(bandwidth, bandwidth * opens_per_byte_);
    }
    for (const auto& [bandwidth, opens] : wanted_rates) {
      Design d = start(s, Family::kCloudFile);
      // What is billed by use is not filled up.
      const double fill = by_use(s) ? 1 : kFill;
      double bytes = in_bytes(need_.capacity) / fill;
      if (s.per_tib.value > 0 && s.throughput_price.empty())
        bytes = std::max(bytes, bandwidth / s.per_tib.value * kTib);
      if (opens > 0) bytes = std::max(bytes, opens / s.opens_per_tib.value * kTib);
      d.bought = sold(s, bytes);
      d.usable = usable_of(d.bought, fill);
      limit_size(classes_, fill, d);
      const double with_size = std::max(s.included.value, s.per_tib.value * in_bytes(d.bought) / kTib);
      d.provisioned = {s.throughput_price.empty() ? with_size : std::max(with_size, bandwidth)};
      if (s.most.value > 0) d.provisioned = std::min(d.provisioned, s.most);
      const bool bought_by_rate = !s.throughput_price.empty() || s.per_tib.value > 0 || s.included.value > 0;
      if (bought_by_rate && d.provisioned.value <= 0) continue;
      if (!seen.insert({d.bought.value, d.provisioned.value}).second) continue;
      keep_bytes(d);
      pay_throughput(d, with_size);
      set_limits(classes_, need_, 1, d);
      d.name = fmt::format("{}, {}{}", s.title, bytes_decimal(d.bought),
                           d.provisioned.value > 0 ? ", " + format_rate(d.provisioned) : "");
      out_.push_back(std::move(d));
    }
  }

  // Volumes that one host mounts hold a copy for each host, and each carries that host's reads.
  void add_block(const CloudService& s) {
    if (!wanted(Family::kCloudBlock) || ask_.cache) return;
    const std::uint32_t per_copy = s.attach == 0 ? need_.hosts : s.attach;
    const std::uint32_t copies = (need_.hosts + per_copy - 1) / per_copy;
    if (copies > kMostVolumeCopies) return;
    std::set<std::tuple<double, double, double>> seen;
    for (const double bandwidth : bandwidths_) {
      Design d = start(s, Family::kCloudBlock);
      d.copies = copies;
      double one = in_bytes(need_.capacity) / kFill;
      if (s.per_tib.value > 0 && s.throughput_price.empty())
        one = std::max(one, bandwidth / copies / s.per_tib.value * kTib);
      const double volumes = volumes_for(s, one, bandwidth / copies);
      const double iops = iops_for(s, bandwidth, volumes * copies);
      one = std::max(one, bytes_for_iops(s, iops / copies, volumes));
      d.bought = sold(s, std::max(one, volumes * in_bytes(s.least)));
      d.usable = usable_of(d.bought, kFill);
      limit_size(classes_, kFill, d);
      const double free_of_charge =
          std::max(s.included.value * volumes, s.per_tib.value * in_bytes(d.bought) / kTib);
      double each = std::max(free_of_charge, s.throughput_price.empty() ? 0 : bandwidth / copies);
      if (s.most.value > 0) each = std::min(each, s.most.value * volumes);
      if (s.throughput_price.empty() && s.most.value > 0 && s.per_tib.value == 0)
        each = s.most.value * volumes;
      if (iops > 0) each = std::min(each, iops * kIopsSize / copies);
      d.provisioned = {each * copies};
      if (each <= 0 || !seen.insert({volumes, each, iops}).second) continue;
      keep_bytes(d);
      pay_throughput(d, free_of_charge * copies);
      pay_iops(d, iops, volumes * copies);
      set_limits(classes_, need_, volumes * copies, d);
      d.name = fmt::format("{}, {}{}, {}", s.title, copies > 1 ? fmt::format("{} copies of ", copies) : "",
                           bytes_decimal(d.bought), format_rate(d.provisioned));
      out_.push_back(std::move(d));
    }
  }

  // That hold so much, and bring so much where a volume has a limit. Requests that cannot be bought come with
  // volumes too: as many as that bandwidth is asked in.
  double volumes_for(const CloudService& s, double bytes, double bandwidth) const {
    double out = s.volume.value > 0 ? std::ceil(bytes / in_bytes(s.volume)) : 1;
    if (s.most.value > 0) out = std::max(out, std::ceil(bandwidth / s.most.value));
    const bool sold_apart = !s.iops_price.empty() || !s.throughput_price.empty();
    if (s.requests.value > 0 && !sold_apart && need_.read.value > 0)
      out = std::max(out, std::ceil(need_.requests.value / need_.read.value * bandwidth / s.requests.value));
    if (s.volumes_per_host > 0) out = std::min<double>(out, s.volumes_per_host);  // the rest is too little
    return std::max(1.0, out);
  }

  // Where IOPS are sold: those for the jobs at full speed, or for more bandwidth where that is asked; a request
  // counts once for every kIopsSize of it. No more than the volumes give, and what comes with them. 0: not sold.
  double iops_for(const CloudService& s, double bandwidth, double volumes) const {
    if (s.iops_price.empty()) return 0;
    double wanted = 0, full = 0;
    for (const JobNeed& job : need_.jobs) {
      const Requirement& r = job.requirement;
      wanted += std::max(r.iops.value / r.target, r.read_full.value / kIopsSize) * job.host.pace;
      full += r.read_full.value * job.host.pace;
    }
    wanted *= full > 0 ? std::max(1.0, bandwidth / full) : 1;
    if (s.requests.value > 0) wanted = std::min(wanted, s.requests.value * volumes);
    return std::max(wanted, s.iops_included.value * volumes);
  }

  // That volumes have to have for so many IOPS, where those go with the size.
  static double bytes_for_iops(const CloudService& s, double iops, double volumes) {
    if (s.iops_per_gib.value <= 0 || iops <= s.iops_included.value * volumes) return 0;
    return iops / s.iops_per_gib.value * kGib;
  }

  void pay_iops(Design& d, double iops, double volumes) const {
    d.requests = {iops};
    const double paid = iops - d.service->iops_included.value * volumes;
    if (paid > 0)
      d.costs.push_back(
          {fmt::format("{:.4g} IOPS provisioned", paid), d.service->iops_price, paid, "", false});
  }

  const SizingAsk& ask_;
  const Need& need_;
  const Catalogue& catalogue_;
  const ServiceClasses classes_;
  const std::vector<Provider> providers_;
  std::vector<Design>& out_;
  const AcceleratorHost* host_ = nullptr;  // where the service at hand stands
  std::vector<double> bandwidths_;         // that are bought, bytes per second
  double opens_per_byte_ = 0;              // of the jobs together
};

}  // namespace

void build_cloud(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                 std::vector<Design>& out) {
  CloudDesigns designs(ask, need, catalogue, out);
  for (const CloudService& service : catalogue.services()) designs.add(service);
}

}  // namespace aforo
