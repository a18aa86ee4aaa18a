// What is trained on copied to the instances' own flash or to a file service, what is held in an object store.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sizing/build.h"
#include "sizing/shelf.h"
#include "sizing/staging.h"

namespace aforo {
namespace {

// Estimate: data sheets of the drives in instances give half of the rate of reading, or less.
constexpr double kInstanceWriteShare = 0.5;

// What the cloud's own maker offers of one family for this need.
std::vector<Design> offers(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                           Family family) {
  SizingAsk one = ask;
  one.family = family;
  std::vector<Design> out;
  build_cloud(one, need, catalogue, out);
  return out;
}

// What an object store gives: its bytes, or its objects.
StagingRate given_by(const Design& store, const Need& need) {
  return of_files(need, {store.read, "the object store"}, store.requests, "the object store's requests");
}

// The instances' flash stops being a cache where it holds all that its host reads.
void rent_in_hosts(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                   std::vector<Design>& out) {
  for (Design& d : offers(ask, need, catalogue, Family::kCloudObjectLocal)) {
    if (d.local_cache < copy_in_host(need)) continue;
    d.family = Family::kCloudHotHost;
    const StagingRate given = given_by(d, need);
    d.archive_read = d.read;
    d.read = d.fast_read;
    d.losses = losses_of_drives(d.hosts);
    set_staging(d, need, d.local_cache, given, {arriving(d), "a host's network"},
                {d.local_read * kInstanceWriteShare, "the instances' drives"});
    out.push_back(std::move(d));
  }
}

// Reads that make the copy, spread over the project.
void add_copying(const Need& need, const CloudService& archive, std::vector<CostLine>& costs) {
  double gets = 0, months = 1;
  for (const JobNeed& job : need.jobs) {
    months = std::max(months, project_time(job).value / job.duty / 3600 / kHoursPerMonth);
    gets += static_cast<double>(job.workload.dataset.files());
  }
  if (!archive.get_price.empty())
    costs.push_back({fmt::format("{:.3g} reads to copy, over {:.3g} months", gets, months), archive.get_price,
                     gets / 1000 / months, "", false});
  if (!archive.retrieval_price.empty())
    costs.push_back(
        {fmt::format("{} retrieved to copy, over {:.3g} months", bytes_decimal(need.datasets), months),
         archive.retrieval_price, billed_gb(archive.provider, in_bytes(need.datasets)) / months, "", false});
}

Design with_archive(const Design& copy, const Design& archive, const Need& need) {
  Design d = copy;
  d.family = Family::kCloudHotFile;
  d.archive = archive.service;
  d.product = copy.service->title + " + " + archive.service->title;
  d.name = copy.name + " + archive in " + archive.name;
  d.archive_read = archive.read;
  d.estimated = d.estimated || archive.estimated;
  d.notes.insert(d.notes.end(), archive.notes.begin(), archive.notes.end());
  d.costs.insert(d.costs.end(), archive.costs.begin(), archive.costs.end());
  add_copying(need, *archive.service, d.costs);
  d.usable = archive.usable;
  set_staging(d, need, copy.usable, given_by(archive, need),
              {arriving(copy) * copy.hosts, "the hosts' network"},
              of_files(need, {copy.write, "writing to the file service"}, copy.opens,
                       "new files of the file service"));
  return d;
}

// Checkpoints go to the file service, as what is trained on does.
void rent_file_service(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                       std::vector<Design>& out) {
  Need hot = need;
  hot.capacity = hot_bytes(need);
  const std::vector<Design> archives = offers(ask, need, catalogue, Family::kCloudObject);
  for (const Design& copy : offers(ask, hot, catalogue, Family::kCloudFile)) {
    if (copy.usable < hot.capacity) continue;
    for (const Design& archive : archives)
      if (archive.service->provider == copy.service->provider)
        out.push_back(with_archive(copy, archive, need));
  }
}

}  // namespace

void build_cloud_archive(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                         std::vector<Design>& out) {
  const auto wanted = [&](Family family) { return !ask.cache && (!ask.family || *ask.family == family); };
  if (wanted(Family::kCloudHotHost)) rent_in_hosts(ask, need, catalogue, out);
  if (wanted(Family::kCloudHotFile)) rent_file_service(ask, need, catalogue, out);
}

}  // namespace aforo
