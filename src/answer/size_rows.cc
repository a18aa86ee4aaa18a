// The rows of `size`.
#include "answer/job_rows.h"
#include "answer/size.h"

namespace aforo {
namespace {

using namespace rows;

constexpr std::uint64_t kMostSites = 1000;  // far more than anybody keeps the same data at

constexpr std::uint64_t kMostHostCores = 100'000;  // chosen: a hundred times today's largest
constexpr Row kSizeRows[] = {
    kWorkload,
    kAccelerators,
    kEpochs,
    kBatchSize,
    kWorkers,
    kPrefetch,
    kStepTime,
    kAsynchronous,
    kSet,
    kDlio,
    kDataset,
    kRead,
    kTransferSize,
    row<&SizeAsk::accelerator_type>({"accelerator-type", 0, kText, "TYPE", "",
                                     "size for this accelerator; its step time must be known", kSizingGroup})
        .excluding("dlio", "set accelerator.type in the file"),
    choice<&SizeAsk::rates, RateSet::kBenchmark, RateSet::kTraining>(
        {"rates", 0, kChoice, "", "", "take the step time from this set of the catalogue's rates",
         kSizingGroup})
        .excluding("step-time", "both say how fast the accelerator is"),
    row<&SizeAsk::jobs>({"jobs", 0, kFile, "FILE", "",
                         "size for the jobs of FILE on one storage; W is then left out", kSizingGroup})
        .excluding("portfolio", "a portfolio has jobs of its own")
        .refusing("workload", "expected W or --jobs, found both ('{value}'); leave one out")
        .refusing(
            "accelerators accelerator-type dataset-size duty dlio dataset rates step-time batch-size workers "
            "prefetch",
            "expected --{name} inside the file of --jobs, found it on the command line; set it there, per job"),
    row<&SizeAsk::portfolio>({"portfolio", 0, kFileOrName, "NAME|FILE", "",
                              "choose for jobs that may come, each with a weight; W is then left out",
                              kSizingGroup})
        .excluding(
            "jobs capacity dataset-size compare-formats sweep accelerators duty growth years growth-steps snapshots "
            "accelerator-type dlio dataset rates horizon",
            "each scenario says its own")
        .refusing("workload", "expected W or --portfolio, found both ('{value}'); leave one out"),
    row<&SizeAsk::capacity>(
        {"capacity", 0, kBytes, "SIZE", "", "hold SIZE in all, not only this job's dataset", kSizingGroup}),
    row<&SizeAsk::dataset_size>(
        {"dataset-size", 0, kBytes, "SIZE", "", "let the job read SIZE in every epoch", kSizingGroup}),
    row<&SizeAsk::growth>(
        {"growth", 0, kShare, "SHARE", "0", "let the capacity grow by this share every year", kSizingGroup}),
    row<&SizeAsk::years>({"years", 0, kCount, "N", "0", "hold what has grown after N years", kSizingGroup}),
    row<&SizeAsk::growth_steps>({"growth-steps", 0, kFlag, "", "",
                                 "compare buying what has grown each year with buying it at once",
                                 kSizingGroup}),
    row<&SizeAsk::snapshots>({"snapshots", 0, kShare, "SHARE", "0",
                              "keep this share of the capacity again, as snapshots", kSizingGroup}),
    row<&SizeAsk::copies>({"copies", 0, kPositive, "N", "1",
                           "keep N copies in all, each at a site or in a region of its own", kSizingGroup})
        .at_most(kMostSites),
    row<&SizeAsk::sites>(
        {"sites", 0, kPositive, "N", "1", "that there are on premises for copies", kSizingGroup})
        .at_most(kMostSites)
        .needing("copies", "expected --copies beside --sites, found none; a site is for a copy of its own"),
    choice<&SizeAsk::backup, Backup::kArchive, Backup::kDeepArchive>(
        {"backup", 0, kChoice, "", "", "back up what is held, from which training is not fed", kSizingGroup}),
    row<&SizeAsk::cross_zone>({"cross-zone", 0, kFraction, "SHARE", "0",
                               "this share of what file services give crosses zones of the cloud",
                               kSizingGroup}),
    row<&SizeAsk::duty>(
        {"duty", 0, kFraction, "SHARE", "1", "run the job for this share of the time", kSizingGroup}),
    row<&SizeAsk::project_months>({"project-months", 0, kPositive, "MONTHS", "12",
                                   "train on the same data for so long: caches stay filled", kSizingGroup})
        .at_most(kLongestProject)
        .excluding("epochs", "both say for how long the job trains"),
    row<&SizeAsk::failure_every>({"failure-every", 0, kSeconds, "TIME", "",
                                  "expect a failure of the job every TIME: sets the checkpoints' pace",
                                  kSizingGroup}),
    row<&SizeAsk::target>({"target", 't', kFraction, "SHARE", "",
                           "keep accelerators this busy, as in 0.9 or 90%", kSizingGroup,
                           "training.au_target"}),
    row<&SizeAsk::per_host>(
        {"per-host", 0, kPositive, "N", "8", "put N accelerators in a host", kSizingGroup})
        .at_most(kMostPerHost),
    row<&SizeAsk::host_memory>({"host-memory", 0, kBytes, "SIZE", "",
                                "memory of a host, which caches files; 256 GiB per accelerator if not given",
                                kSizingGroup}),
    row<&SizeAsk::host_cores>({"host-cores", 0, kPositive, "N", "",
                               "take hosts to have N cores, not those of the catalogue", kSizingGroup})
        .at_most(kMostHostCores),
    choice<&SizeAsk::where, Place::kAny, Place::kOnPremises, Place::kCloud>(
        {"where", 0, kChoice, "", "any", "look for designs there", kSizingGroup}),
    choice<&SizeAsk::provider, Provider::kAws, Provider::kGcp, Provider::kAzure, Provider::kOther>(
        {"provider", 0, kChoice, "", "", "look at this cloud's services only", kSizingGroup}),
    choice<&SizeAsk::family, Family::kFlashTlc, Family::kFlashQlc, Family::kHybrid, Family::kHdd,
           Family::kLocalHdd, Family::kHostNvme, Family::kHostMemory, Family::kHotFlash, Family::kHotHost,
           Family::kCloudObject, Family::kCloudObjectLocal, Family::kCloudFile, Family::kCloudBlock,
           Family::kCloudHotHost, Family::kCloudHotFile>(
        {"family", 0, kChoice, "NAME", "", "look at designs of this family only", kSizingGroup}),
    row<&SizeAsk::confirm>({"confirm", 0, kCount, "N", "10",
                            "simulate the best N designs; 0 leaves it at closed forms", kSizingGroup}),
    row<&SizeAsk::compare_formats>({"compare-formats", 0, kFlag, "", "",
                                    "size the same data as files, shards of several sizes, and npz",
                                    kSizingGroup}),
    row<&SizeAsk::sweep>({"sweep", 0, kText, "KEY=VALUES", "",
                          "size for each value, as in accelerators=64,128 or target=80%,90%,95%",
                          kSizingGroup}),
    row<&SizeAsk::explain>(
        {"explain", 0, kFlag, "", "", "show formula, inputs and source of every number", kSizingGroup}),
    row<&SizeAsk::full>({"full", 0, kFlag, "", "",
                         "show all: every design, misses, what would turn it, own or rent, the requirement",
                         kSizingGroup}),
    row<&SizeAsk::storage_rank>({"storage-rank", 0, kPositive, "N", "1",
                                 "let --storage-out write the design of rank N", kSizingGroup})
        .needing(
            "storage-out",
            "expected --storage-out FILE beside --storage-rank, found none; the rank says which design is "
            "written there")
        .excluding("portfolio", "a portfolio's designs are not sized for one job"),
    row<&SizeAsk::prices>({"prices", 0, kFile, "FILE", "",
                           "take prices from a CSV of item,value,unit over the shipped ones", kMoneyGroup}),
    row<&SizeAsk::price>({"price",
                          0,
                          kText,
                          "ITEM=VALUE",
                          "",
                          "set one price, as in tlc=\"120 USD/TB\"",
                          kMoneyGroup,
                          {},
                          {},
                          true}),
    row<&SizeAsk::price_change>({"price-change",
                                 0,
                                 kText,
                                 "NAME=CHANGE",
                                 "",
                                 "change a group of prices or an item, as in ssd=+50%",
                                 kMoneyGroup,
                                 {},
                                 {},
                                 true}),
    row<&SizeAsk::accelerator_price>({"accelerator-price", 0, kDollarsPerHour, "USD/h", "",
                                      "price an accelerator-hour at this rate, as in 6.88/h", kMoneyGroup}),
    choice<&SizeAsk::accelerator_terms, AcceleratorTerms::kOwned, AcceleratorTerms::kCommitted1y,
           AcceleratorTerms::kCommitted3y, AcceleratorTerms::kOnDemand, AcceleratorTerms::kSpot>(
        {"accelerator-terms", 0, kChoice, "", "",
         "price idle accelerators as paid for so; owned on premises, on demand in the cloud", kMoneyGroup})
        .excluding("accelerator-price", "both say what an hour costs"),
    row<&SizeAsk::discount>({"discount", 0, kFraction, "SHARE", "",
                             "take this share off list prices of storage, as in 20%", kMoneyGroup}),
    row<&SizeAsk::horizon>({"horizon", 0, kPositive, "MONTHS", "36",
                            "compare owning and renting over so many months", kMoneyGroup}),
};
constexpr AskTable kSizeTable{"size", "W [key=value]... [options]", kSizeRows};

}  // namespace

const AskTable& SizeAsk::table() const { return kSizeTable; }

}  // namespace aforo
