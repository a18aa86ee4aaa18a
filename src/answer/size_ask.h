// What `size` can be asked.
#pragma once

#include "answer/job_ask.h"
#include "catalogue/catalogue.h"
#include "sizing/design.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// The words of --where. Here and not beside Place, since only the option spells them.
constexpr std::string_view to_string(Place place) {
  return place == Place::kCloud ? "cloud" : place == Place::kOnPremises ? "on-premises" : "any";
}

// Which set of the catalogue's rates gives an accelerator's step time: the public benchmark's
// emulated ones, or those seen in training. The two are never mixed.
enum class RateSet { kBenchmark, kTraining };
constexpr std::string_view to_string(RateSet set) {
  return set == RateSet::kTraining ? "training" : "benchmark";
}

// In one host: of what is sold, a rack of 72 whose accelerators share their links.
inline constexpr std::uint64_t kMostPerHost = 72;
// Months. Chosen: fifty years, as far as owning and renting are compared.
inline constexpr std::uint64_t kLongestProject = 600;

// Published for the usual host of eight: 2 TiB (AWS p5, p5en and p6-b200; DGX H100 and B200).
inline constexpr Bytes kMemoryPerAccelerator{std::uint64_t{256} << 30};

// One job (W and the fields of JobAsk), or the jobs of a file, or a portfolio of jobs that may
// come. What belongs to a single job is refused beside a file of jobs; what a scenario says itself
// is refused beside a portfolio.
struct SizeAsk : JobAsk {
  // As the catalogue names it ("b200"), or in more words. Its step time must be
  // known: from a preset of W for it, the catalogue's rates, or `step_time`; else
  // UserError. Not given = the workload's.
  Setting<std::string> accelerator_type;
  // Excludes `step_time`: both say how fast the accelerator is.
  Setting<RateSet> rates = RateSet::kBenchmark;
  // A path (sizing/jobs_yaml.h): several jobs on one storage.
  Setting<std::string> jobs;
  // The name of a shipped one, or a path: jobs that may come, each with a weight.
  Setting<std::string> portfolio;
  // To be held in all; not given = the datasets of the jobs and two checkpoints of each.
  Setting<Bytes> capacity;
  // That the job reads in every epoch. Not given, a preset's public dataset is taken to
  // grow to the capacity, with a note.
  Setting<Bytes> dataset_size;
  // Of the capacity, a share per year, compounded over `years`; neither without the other, but for a file of jobs.
  Setting<double> growth = 0;
  // After which it must still hold what has grown; 0 = today only.
  Setting<std::uint64_t> years = 0;
  // Beside buying all of that at once: a sizing for each year, at present value. Needs `growth` and `years`.
  Setting<bool> growth_steps = false;
  // Share of the capacity kept again.
  Setting<double> snapshots = 0;
  // Share of the time that the job runs, (0, 1]. It counts for money, not for bandwidth.
  Setting<double> duty = 1;
  // Kept at sites (in the cloud: regions) of their own, the first included; more than `sites` on premises is a
  // UserError.
  Setting<std::uint64_t> copies = 1;
  Setting<std::uint64_t> sites = 1;
  // Not given = none.
  Setting<Backup> backup = Backup::kArchive;
  // Of what is read from a file service in the cloud, [0, 1]; a UserError on premises.
  Setting<double> cross_zone = 0;
  // Mean time between failures of the whole job: sets the checkpoints' pace. Not
  // given = none follows.
  Setting<Seconds> failure_every;
  // Utilisation, below 1; of all jobs. Not given = each workload's own.
  Setting<double> target;
  // Accelerators in a host: how many client networks and local flashes there are.
  Setting<std::uint64_t> per_host = 8;
  // Memory of such a host, of which what jobs leave caches files; 0 = none does. Not given = as much for each
  // accelerator as kMemoryPerAccelerator, and none for a job of the storage benchmark, whose rules make
  // datasets so large that it answers next to nothing.
  Setting<Bytes> host_memory;
  Setting<std::uint64_t> host_cores;
  // Not given = both are looked at and ranked together.
  Setting<Place> where = Place::kAny;
  // Of the cloud; not given = any, as the family of designs.
  Setting<Provider> provider = Provider::kAws;
  Setting<Family> family = Family::kFlashTlc;
  // Designs that are simulated, the best first; 0 = none: closed forms alone.
  Setting<std::uint64_t> confirm = 10;
  // The same data as files, shards and npz: one more sizing for each.
  Setting<bool> compare_formats = false;
  // "accelerators=64,128" (sizing/comparisons.h).
  Setting<std::string> sweep;
  // Formula, inputs and source of every number, in the Record.
  Setting<bool> explain = false;
  // Everything, in the Record and on the page: not only what the first screen shows.
  Setting<bool> full = false;
  // Whose storage file the Answer has: a rank of the Record's designs, from 1; more than there are is a UserError.
  Setting<std::uint64_t> storage_rank = 1;
  // A CSV's path (catalogue/prices.h). Over the shipped prices go this, `price`,
  // `price_change`, in that order.
  Setting<std::string> prices;
  // "tlc=120 USD/TB"; "ssd=+50%".
  Repeated price, price_change;
  // Per accelerator and hour, instead of the price book's.
  Setting<Dollars> accelerator_price;
  // For which the job trains on the same data, which a cache then keeps; `epochs` says it otherwise.
  Setting<std::uint64_t> project_months = kProjectMonths;
  // How the accelerators are paid for; not given = owned on premises, on demand in the cloud. Excludes
  // `accelerator_price`. Terms on which one of them has no price are a UserError.
  Setting<AcceleratorTerms> accelerator_terms = AcceleratorTerms::kOnDemand;
  // Off the shipped list prices of storage: drives, servers, cards, services; (0, 1).
  Setting<double> discount;
  // Months over which owning and renting are compared; more than 600 count as 600.
  Setting<std::uint64_t> horizon = 36;

  const AskTable& table() const override;
};

}  // namespace aforo
