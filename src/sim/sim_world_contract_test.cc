// The simulated world keeps the contract of a World. Of writing it says that it does not know: storage.yaml
// holds nothing of writes, and no speed is made up.
#include "pipeline/world_contract.h"
#include "sim/sim_world.h"
#include "sim/test_storage.h"

namespace aforo {
namespace {

class SimWorldHarness {
 public:
  using World = SimWorld;
  static constexpr bool kFails = false, kWrites = false;

  SimWorld& world() { return world_; }
  const Layout& layout() const { return layout_; }
  void run(Task<> task) {
    bool finished = false;
    spawn(std::move(task), [&finished] { finished = true; });
    while (!finished && clock_.step()) {
    }
    EXPECT_TRUE(finished) << "a coroutine waits for ever";
  }

 private:
  StorageClient client() const { return {&layout_, &loader_, 0, 1}; }

  TestLayout layout_{kContractFiles, kContractBytes};
  LoaderSpec loader_;
  StorageSpec spec_ = storage_of({latency(constant_law(1e-3))});
  VirtualClock clock_;
  SimStorage storage_{spec_, clock_, {client()}, 1};
  SimWorld world_{clock_, storage_.paths(0), {client(), 2, true, 1, 1}};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Sim, WorldContract, SimWorldHarness);
// One simulated world carries all hosts of its job: there are no two that could meet.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MeetingContract);

}  // namespace
}  // namespace aforo
