// What hosts look at together before anything is read: see host_part.h.
#include <fmt/format.h>

#include <ctime>
#include <functional>
#include <map>
#include <string_view>

#include "base/carry.h"
#include "base/error.h"
#include "base/random.h"
#include "hosts/same_job.h"
#include "hosts/used_together.h"
#include "storage/machine.h"
#include "train/host_part.h"
#include "train/job_setup.h"
#include "workload/parse.h"

namespace aforo {
namespace {

// Of one process.
struct Facts {
  std::uint64_t digest = 0, samples = 0, files = 0, bytes = 0;  // of the dataset
  std::uint64_t job = 0;                   // a hash of the workload and what is asked of it
  std::int64_t zone = 0;                   // seconds east of UTC
  std::uint64_t needs = 0, available = 0;  // bytes of memory
  std::string machine;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(digest, samples, files, bytes, job, zone, needs, available, machine);
  }
};

std::uint64_t hash(std::string_view text) { return std::hash<std::string_view>()(text); }

std::int64_t zone_of_this_machine() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return local.tm_gmtoff;
}

Facts facts_of(const RunOptions& options, const OpenedDataset& dataset, const JobPlan& plan) {
  const Layout& layout = *dataset.layout;
  const unsigned lanes = options.io_threads ? options.io_threads : available_cores();
  const MemoryNeed need = memory_need(plan, lanes);
  Facts facts;
  facts.digest = digest_of(layout);
  facts.samples = layout.samples(), facts.files = layout.files(), facts.bytes = layout.total_bytes();
  facts.job =
      hash(fmt::format("{}{}{}{}{}{}", to_yaml(options.workload), to_string(options.engine),
                       options.skip_errors, options.drop_caches, options.verify, options.time_limit.value));
  facts.zone = zone_of_this_machine();
  facts.needs = (need.batches + need.read_buffers).value;
  facts.available = read_memory().available.value;
  facts.machine = this_machine();
  return facts;
}

std::string words_of(const Facts& facts) {
  return dataset_words(facts.files, facts.samples, Bytes{facts.bytes});
}

void require_same(const Crew& crew, const std::vector<Facts>& all) {
  for (std::uint32_t h = 1; h < all.size(); ++h) {
    if (all[h].job != all[0].job) throw UserError(another_job(crew, h));
    if (all[h].digest == all[0].digest) continue;
    const std::string here = words_of(all[0]), there = words_of(all[h]);
    throw UserError(fmt::format(
        "expected the same dataset on all hosts, found {} on {} and {} on {}; mount or copy the "
        "same on each",
        here, crew.name(0), here == there ? "as many with other names or sizes" : there, crew.name(h)));
  }
}

// Processes of one machine share its memory.
void require_memory_together(const Crew& crew, const std::vector<Facts>& all) {
  struct Shared {
    std::uint64_t needs = 0, available = ~std::uint64_t{0};
    std::uint32_t host = 0, processes = 0;
  };
  std::map<std::string, Shared> machines;
  for (std::uint32_t h = 0; h < all.size(); ++h) {
    Shared& one = machines[all[h].machine];
    if (one.processes++ == 0) one.host = h;
    one.needs += all[h].needs;
    one.available = std::min(one.available, all[h].available);
  }
  for (const auto& [name, one] : machines)
    if (one.needs > one.available / 10 * 9)
      throw UserError(fmt::format(
          "expected the prefetched batches to fit into the memory of {}, found {} needed by its {} {} and {} available; "
          "lower --workers, --prefetch, --batch-size or --accelerators, or use more hosts",
          crew.name(one.host), format_bytes(Bytes{one.needs}), one.processes,
          one.processes == 1 ? "process" : "processes", format_bytes(Bytes{one.available})));
}

}  // namespace

std::uint64_t digest_of(const Layout& layout) {
  std::uint64_t digest = mix64(layout.samples(), layout.total_bytes());
  for (FileId file = 0; file < layout.files(); ++file)
    digest = mix64(digest, hash(layout.path(file)), layout.file_size(file));
  return digest;
}

std::string dataset_words(std::uint64_t files, std::uint64_t samples, Bytes bytes) {
  return fmt::format("{} files with {} samples of {}", files, samples, format_bytes(bytes));
}

Agreement agree(Crew& crew, const RunOptions& options, const OpenedDataset& dataset, const JobPlan& plan) {
  Facts mine = facts_of(options, dataset, plan);
  Agreement agreement;
  Packer packer;
  packer(mine);
  const std::string reply = crew.exchange(packer.take(), [&](const Crew::Parts& parts) {
    std::vector<Facts> all(parts.size());
    require_all(crew, parts);
    for (std::uint32_t h = 0; h < parts.size(); ++h) {
      Unpacker unpacker(*parts[h]);
      unpacker(all[h]);
    }
    require_same(crew, all);
    require_memory_together(crew, all);
    for (std::uint32_t h = 1; h < all.size(); ++h)
      if (all[h].zone != all[0].zone)
        agreement.warnings.push_back(fmt::format(
            "{} keeps another time zone than {}: times in its own logs differ", crew.name(h), crew.name(0)));
    std::vector<HostClock> clocks = crew.measure_clocks();
    clocks.resize(all.size());
    clocks[0] = {};
    Packer answers;
    answers(clocks);
    return answers.take();
  });
  std::vector<HostClock> clocks;
  Unpacker unpacker(reply);
  unpacker(clocks);
  if (crew.host() < clocks.size()) agreement.clock = clocks[crew.host()];
  return agreement;
}

}  // namespace aforo
