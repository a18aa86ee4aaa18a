// What simulations answered when these numbers were stored (2026-11-30): a change that is for speed alone changes
// none of them, but by the order of sums.
#include <gtest/gtest.h>

#include "model/storage_yaml.h"
#include "plan/predict.h"
#include "workload/parse.h"

namespace aforo {
namespace {

struct Stored {
  const char* storage;
  double au, samples, in_flight;
  std::uint64_t events;
};

// 64 accelerators, 8 a host, 20 steps: through page caches of a node, and an object store's latency and cards.
TEST(StoredAnswers, SimulationsAnswerAsBefore) {
  for (const Stored& stored :
       {Stored{"nvme-node", 0.9279372231925201, 1287.046055697364, 33.12888853589162, 179842},
        {"object-store", 0.2031113279511747, 281.714783040638, 178.5796088314565, 205915}}) {
    PredictOptions options;
    const std::vector<std::string> set = {"accelerator.count=64", "training.steps=20"};
    options.workload = load_workload("unet3d_h100", set);
    options.storage = load_storage(std::string(AFORO_SOURCE_DIR "/data/storage/") + stored.storage + ".yaml");
    options.method = PredictMethod::kSimulate;
    options.every_step = true;
    options.ranks_per_host = 8;
    const Prediction found = predict(options, {});
    EXPECT_NEAR(found.au, stored.au, 1e-9) << stored.storage;
    EXPECT_NEAR(found.samples.value, stored.samples, 1e-6) << stored.storage;
    EXPECT_NEAR(found.requests_in_flight, stored.in_flight, 1e-6) << stored.storage;
    EXPECT_EQ(found.events, stored.events) << stored.storage;
    EXPECT_EQ(found.replications, 5U);
  }
}

}  // namespace
}  // namespace aforo
