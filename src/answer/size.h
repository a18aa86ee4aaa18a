// `size`: what jobs need of storage, which storage to buy for them, and what it costs.
#pragma once

#include "answer/answer.h"
#include "answer/job_ask.h"
#include "sizing/sizing_ask.h"

namespace aforo {

constexpr std::string_view to_string(Place place) {
  return place == Place::kCloud ? "cloud" : place == Place::kOnPremises ? "on-premises" : "any";
}

// Which set of the catalogue's rates gives an accelerator's step time.
enum class RateSet { kBenchmark, kTraining };
constexpr std::string_view to_string(RateSet set) {
  return set == RateSet::kTraining ? "training" : "benchmark";
}

// One job (W and the fields of JobAsk), or the jobs of a file, or a portfolio of jobs that may come.
struct SizeAsk : JobAsk {
  Setting<std::string> accelerator_type;  // its step time must be known
  Setting<RateSet> rates = RateSet::kBenchmark;
  Setting<std::string> jobs;       // a path (sizing/jobs_yaml.h)
  Setting<std::string> portfolio;  // the name of a shipped one, or a path
  Setting<Bytes> capacity;         // to be held in all; not given = what the jobs need
  Setting<Bytes> dataset_size;     // that the job reads in every epoch
  Setting<double> growth = 0;      // of the capacity, a share per year
  Setting<std::uint64_t> years = 0;
  Setting<double> snapshots = 0;   // share of the capacity kept again
  Setting<double> duty = 1;        // share of the time that the job runs
  Setting<Seconds> failure_every;  // mean time between failures of the job
  Setting<double> target;          // utilisation, a fraction
  Setting<std::uint64_t> per_host = 8;
  Setting<Place> where = Place::kAny;
  Setting<std::string> provider, family;  // not given = any
  Setting<std::uint64_t> confirm = 10;    // designs that are simulated; 0 = none: closed forms alone
  Setting<bool> compare_formats = false;
  Setting<std::string> sweep;  // "accelerators=64,128" (sizing/comparisons.h)
  Setting<bool> explain = false;
  Setting<std::string> prices;          // a CSV's path
  Repeated price, price_change;         // "tlc=120 USD/TB"; "ssd=+50%"
  Setting<Dollars> accelerator_price;   // per hour
  Setting<std::uint64_t> horizon = 36;  // months

  const AskTable& table() const override;
};

// The Record of docs/record.md. kNotMet where no design of the catalogue serves the jobs. Deterministic but for the
// time it takes; the files that the ask names are read, nothing else is touched.
Answer answer(const SizeAsk& ask, const Context& context);

// What the ask comes to before designs are looked at: jobs with their step times and datasets, what is to be held,
// and what may be bought. `notes`: what was assumed about the jobs, for the Record's warnings. For a portfolio see
// `answer`. Throws UserError.
SizingAsk sizing_ask(const SizeAsk& ask, std::vector<std::string>& notes);

// Options that hold for any jobs: where, provider, family, hosts, money, target. For a portfolio's scenarios too.
void apply_common(const SizeAsk& ask, SizingAsk& out);

}  // namespace aforo
