// The test world keeps the contract of a World: what its tests say of a job holds elsewhere too.
#include "pipeline/world_contract.h"

namespace aforo {
namespace {

struct TestWorldHarness {
  using World = TestWorld;
  static constexpr bool kFails = true, kWrites = true;

  TestWorldHarness() {
    world_.error_of = [](FileId file) { return file == kMissingFile ? ENOENT : 0; };
    world_.length_of = [](FileId, std::uint64_t n) { return n ? n : kContractBytes; };
  }
  TestWorld& world() { return world_; }
  const Layout& layout() const { return layout_; }
  void run(Task<> task) {
    world_.run(std::move(task));
    EXPECT_FALSE(world_.stuck);
  }

 private:
  TestLayout layout_{kContractFiles, kContractBytes};
  TestWorld world_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Test, WorldContract, TestWorldHarness);

struct TestHostsHarness {
  TestWorld& world(std::uint32_t host) { return host == 0 ? first_ : second_; }
  void run(Task<> on_host_0, Task<> on_host_1) {
    int running = 2;
    spawn(std::move(on_host_0), [&] { --running; });
    spawn(std::move(on_host_1), [&] { --running; });
    while (running > 0 && clock_.step()) {
    }
    EXPECT_EQ(running, 0) << "a host waits for ever";
  }

 private:
  TestClock clock_;
  TestHosts hosts_{clock_, 2, Seconds{1e-5}};
  TestWorld first_{clock_, hosts_, 0}, second_{clock_, hosts_, 1};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Test, MeetingContract, TestHostsHarness);

}  // namespace
}  // namespace aforo
