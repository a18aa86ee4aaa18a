// One inspection: walk, look into some files, summarise. What `inspect` (inspect_command.h) is made of.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "dataset/manifest.h"
#include "dataset/size_fit.h"
#include "hosts/crew.h"
#include "measure/record.h"
#include "storage/store.h"
#include "survey/dataset_census.h"
#include "survey/inspect_hosts.h"
#include "survey/inspect_indexed.h"
#include "survey/inspect_options.h"
#include "survey/inspect_samples.h"
#include "world/progress.h"

namespace aforo {

unsigned threads_of(const InspectOptions& options);

// Sizes and counts of one walking thread, by extension.
struct WalkedPart {
  explicit WalkedPart(std::uint64_t seed) : census(seed) {}
  void add(std::string_view path, std::uint64_t size) { sizes[census.add(path, size)].add(size); }

  Census census;
  std::map<std::string, SizeSummary> sizes;
};

// Threads: made and called on one, but for `progress`. Over several hosts of the first.
class Inspection {
 public:
  // Throws UserError where no dataset can lie. `crew` may be null, and outlives this.
  Inspection(const InspectOptions& options, std::stop_token stop, Crew* crew);

  // Lists all, and says what the samples are. Throws UserError without a file, Interrupted on a stop before the first.
  void scan();

  // Looks into files, as far as it takes to know how many samples there are, and how large.
  void measure_samples();

  const Store& store() const { return *store_; }
  // Null alone.
  InspectHosts* hosts() { return hosts_ ? &*hosts_ : nullptr; }
  // Into the Record; the block, where there is one.
  std::optional<DatasetSpec> report(Json& record, Seconds scan_time) const;
  // Called from other threads while it goes on.
  Progress progress(Seconds started) const;

 private:
  void require_files() const;
  void look_into_samples();

  // Of the files that are samples.
  struct FanOut {
    std::uint64_t directories = 0, files = 0;
    std::uint64_t fewest = 0, most = 0;  // files in one directory, among directories that hold any
  };
  FanOut fan_out() const;
  std::vector<SeenFile> probes() const;
  std::vector<SeenFile> chosen_files() const;
  std::function<Samples()> index_all();
  bool is_sample(const std::string& extension) const {
    const bool own = tally_.census.groups().find(extension) != tally_.census.groups().end();
    return choice_.includes(own ? extension : std::string(Census::kRest));
  }
  DatasetSpec spec_of(const SizeFit& fit) const;
  bool as_records() const;
  void add_block(Json& record, const SizeFit& fit, std::optional<DatasetSpec>& found) const;
  void add_kinds(Json& list) const;
  Json warnings() const;

  std::string directory_;
  unsigned threads_;
  std::stop_token stop_;
  std::unique_ptr<Store> store_;
  ListCounters counters_;
  Listing walked_;
  WalkedPart tally_;
  std::uint64_t unreadable_ = 0;
  SampleChoice choice_;
  LayoutKind layout_ = {};
  std::optional<Manifest> manifest_;  // of a generated dataset
  Samples samples_;
  bool indexed_ = false;              // by an index of files that aforo does not read
  std::optional<LookedInto> looked_;  // of all sample files
  std::atomic<const char*> phase_ = "scanning";
  std::optional<InspectHosts> hosts_;  // the others'
};

}  // namespace aforo
