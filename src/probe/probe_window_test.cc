// Windows on a small real directory: what counts as an operation.
#include "probe/probe_window.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/test_directory.h"
#include "dataset/generated_layout.h"
#include "generate/generate_command.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

class ProbeWindow : public testing::Test {
 protected:
  ProbeWindow() {
    options_.directory = directory_ / "data";
    DatasetSpec& spec = options_.workload.dataset;
    spec.layout = LayoutKind::kRecords;
    spec.samples = 20;
    spec.samples_per_file = 10;
    spec.sample_size.mean = 100'000;
  }

  // Every sample once, two at a time.
  RawWindow read_all(const LoaderSpec& loader) {
    generate(options_, {}, {});
    const DatasetSpec& spec = options_.workload.dataset;
    const GeneratedLayout layout(spec, dataset_id_of(spec));
    const ProbeUnits units(layout, ReadKind::kRange, layout.files(), 1);
    JobSettings settings;
    const auto store = open_store(options_.directory);
    settings.store = store.get();
    settings.io_threads = 1;
    ProbeReaders readers(layout, ReadKind::kRange, loader, units, settings);
    ProbeCursor cursor(units.size(), 1, false);
    const RawWindow window = readers.run({2, Seconds{20}, Seconds{5}}, cursor, {});
    EXPECT_EQ(readers.fault(), "");
    return window;
  }

  TestDirectory directory_;
  GenerateOptions options_;
};

// 20 samples of 100,000 B in requests of 32,768: three whole ones and 1,696 B, each an operation.
TEST_F(ProbeWindow, ARangeReadInRequestsIsSoManyOperations) {
  LoaderSpec loader;
  loader.transfer_size = Bytes{32'768};
  const RawWindow window = read_all(loader);
  EXPECT_EQ(window.operations_in_all, 80u);
  EXPECT_EQ(window.bytes_in_all, 2'000'000u);
  unsigned rests = 0;
  for (const RawOperation& op : window.operations) {
    if (op.bytes == 1'696)
      ++rests;
    else
      EXPECT_EQ(op.bytes, 32'768u);
  }
  EXPECT_EQ(rests, 20u);
}

// At once where they are small and nobody asks for less.
TEST_F(ProbeWindow, ASmallRangeIsOneOperation) {
  const RawWindow window = read_all({});
  EXPECT_EQ(window.operations_in_all, 20u);
  EXPECT_EQ(window.bytes_in_all, 2'000'000u);
}

}  // namespace
}  // namespace aforo
