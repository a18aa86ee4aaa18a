// Readers over hosts, what they saw put together, and storages on paper that hosts read together.
#include "probe/probe_hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "base/test_directory.h"
#include "model/curve.h"
#include "model/storage_yaml.h"
#include "probe/probe_bench.h"
#include "probe/probe_curves.h"
#include "probe/probe_record.h"
#include "probe/probe_sweep.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

using ::testing::ElementsAre;

TEST(ProbeHosts, ProcessesOfOneMachineAreOneHost) {
  const ProbeHosts hosts({"a", "b", "a", "c", "b"});
  EXPECT_EQ(hosts.processes(), 5u);
  EXPECT_EQ(hosts.hosts(), 3u);
  EXPECT_EQ(hosts.host_of(2), 0u);
  EXPECT_EQ(hosts.host_of(4), 1u);
  EXPECT_EQ(hosts.processes_of(1), 2u);
}

std::vector<unsigned> readers(const HostGroup& group, unsigned processes, unsigned all) {
  std::vector<unsigned> out;
  for (unsigned p = 0; p < processes; ++p) out.push_back(group.readers_of(p, all));
  return out;
}

TEST(ProbeHosts, ReadersLieEvenlyOverHostsAndTheirProcesses) {
  const ProbeHosts hosts({"a", "b", "a", "c"});
  const HostGroup all(hosts, false), first(hosts, true);
  EXPECT_THAT(readers(all, 4, 1), ElementsAre(1, 0, 0, 0));
  EXPECT_THAT(readers(all, 4, 3), ElementsAre(1, 1, 0, 1));
  EXPECT_THAT(readers(all, 4, 8), ElementsAre(2, 3, 1, 2));
  EXPECT_THAT(readers(all, 4, 12), ElementsAre(2, 4, 2, 4));
  EXPECT_THAT(readers(first, 4, 5), ElementsAre(3, 0, 2, 0));
  EXPECT_EQ(first.processes(), 2u);
  EXPECT_EQ(first.place_of(2), 1u);
  EXPECT_FALSE(first.holds(1));
  const std::vector<unsigned> most{512, 100, 512, 512};
  EXPECT_EQ(all.most_readers(most), 300u);  // 100 on b
  EXPECT_EQ(first.most_readers(most), 1024u);
}

HostWindow seen(double from, double until, std::vector<RawOperation> operations, double cpu,
                std::uint64_t read) {
  HostWindow out;
  out.readers = 1;
  out.window.from = Seconds{from}, out.window.until = Seconds{until};
  for (const RawOperation& op : operations) out.window.bytes_in_all += op.bytes;
  out.window.operations_in_all = operations.size();
  out.window.operations = std::move(operations);
  out.used.wall = Seconds{1};
  out.used.cpu_user = Seconds{cpu};
  out.used.kernel_cpu = Seconds{0.5};
  out.used.process_bytes_read = read;
  return out;
}

// Two processes on one machine, one on another whose clock is 100 s ahead; a fourth has no part.
TEST(ProbeHosts, WindowsBecomeOneOnTheFirstClock) {
  const ProbeHosts hosts({"a", "a", "b", "c"});
  const std::vector<HostWindow> all{seen(1, 2, {{Seconds{1}, Seconds{1.5}, 10}}, 0.1, 100),
                                    seen(1.2, 2, {{Seconds{1}, Seconds{1.6}, 20}}, 0.2, 200),
                                    seen(101.1, 101.9, {{Seconds{101}, Seconds{101.7}, 40}}, 0.4, 400),
                                    HostWindow{}};
  const std::vector<Seconds> offsets{{0}, {0}, {100}, {7}};
  const RawWindow window = joined(3, hosts, all, offsets);
  EXPECT_EQ(window.readers, 3u);
  // They began at 0.889, 1.111 and 1.011; a tenth from then on is ramp.
  EXPECT_NEAR(window.from.value, 1.111 + (1.9 - 1.111) / 10, 1e-3);
  EXPECT_NEAR(window.until.value, 1.9, 1e-12);
  ASSERT_EQ(window.operations.size(), 3u);
  EXPECT_NEAR(window.operations[2].end.value, 1.7, 1e-12);
  EXPECT_EQ(window.operations_in_all, 3u);
  EXPECT_EQ(window.bytes_in_all, 70u);
  // The kernel's 0.5 s of machine a, which both processes saw, once; and those of b.
  EXPECT_NEAR(window.cpu.value, 0.7 + 2 * 0.5, 1e-12);
  EXPECT_EQ(window.bytes_from_storage, 700u);
  EXPECT_EQ(used_by_host(hosts, all).size(), 3u);
  EXPECT_NEAR(used_by_host(hosts, all)[0].cpu_user.value, 0.3, 1e-12);
}

// A storage on paper: each operation takes 5 ms at least, all together get `middle` /s, each host `way`.
struct PaperLaw {
  double middle, way;
  double of(double hosts, double n) const { return std::min({n / 0.005, middle, std::min(hosts, n) * way}); }
};

// Windows of `hosts` hosts there, at no time of anybody's.
class PaperBench final : public ProbeBench {
 public:
  PaperBench(const PaperLaw& law, unsigned hosts) : law_(law), hosts_(hosts), random_(hosts) {}
  RawWindow run(const WindowAsk& ask, const std::stop_token&) override {
    RawWindow window;
    window.readers = ask.readers;
    const double length = 40 * 0.005 * std::max(1.0, 200 * ask.readers / law_.of(hosts_, ask.readers));
    window.from = Seconds{1}, window.until = Seconds{1 + length};
    // Of exponential length, the mean as the law has it.
    const double mean = ask.readers / law_.of(hosts_, ask.readers);
    for (unsigned i = 0; i < ask.readers; ++i)
      for (double at = 1 - 3 * mean * random_.uniform(); at < 1 + length;) {
        const double end = at + mean * (0.5 + random_.uniform());
        window.operations.push_back({Seconds{at}, Seconds{end}, 1'000'000});
        at = end;
      }
    window.operations_in_all = window.operations.size();
    window.bytes_in_all = window.operations_in_all * 1'000'000;
    window.bytes_from_storage = window.bytes_in_all;
    return window;
  }
  void rewind(Dropped, FileId, const std::stop_token&) override {}
  std::uint64_t left() const override { return 1'000'000'000; }
  std::uint64_t taken() const override { return 0; }
  unsigned hosts() const override { return hosts_; }
  const std::string& fault() const override { return none_; }
  int fault_error() const override { return 0; }
  std::string note() const override { return {}; }
  std::vector<Disturbance> disturbances() const override { return {}; }

 private:
  const PaperLaw law_;
  const unsigned hosts_;
  Random random_;
  std::string none_;
};

// The storage file of a probe from `hosts` hosts there, read again from its text.
StorageSpec probed(const PaperLaw& law, unsigned hosts) {
  const TestDirectory directory;
  const auto store = open_store(directory / "");
  ProbeFindings findings;
  findings.memory = 1_GiB;
  for (const bool alone : {true, false}) {
    SweepAsk ask;
    ask.time = Seconds{0.5};
    ask.scope = alone ? StationScope::kHost : StationScope::kShared;
    ask.hosts = alone ? 1 : hosts;
    PaperBench bench(law, alone ? 1 : hosts);
    ProbeSweep sweep(bench, ask, {}, {});
    sweep.measure();
    add_curve(findings, ask, sweep.result(), {}, *store);
  }
  settle(findings);
  return parse_storage(to_yaml(storage_from_findings(findings, *store, "2026-06-01T12:00:00Z")), "paper");
}

TEST(ProbeHosts, AStorageFileGivesTheLawsBack) {
  for (const PaperLaw& law : {PaperLaw{1e9, 2000}, PaperLaw{4000, 1e9}, PaperLaw{5000, 2000}}) {
    const StorageSpec storage = probed(law, 4);
    const std::vector<ReadCurve>& curves = storage.tiers.at(0).curves;
    ASSERT_EQ(curves.size(), 2u);
    EXPECT_EQ(curves[0].scope, StationScope::kHost);
    EXPECT_EQ(curves[1].hosts, 4u);
    for (const double hosts : {1.0, 2.0, 4.0}) {
      const auto found =
          OperationCurve::find(curves, ReadKind::kFile, ReadMode::kBuffered, false, 1e6, hosts);
      ASSERT_TRUE(found);
      for (const double n : {4.0, 8.0, 32.0, 64.0})
        EXPECT_NEAR(found->rate(n).value / law.of(hosts, n), 1, 0.06)
            << hosts << " hosts, " << n << " in flight, " << law.middle << " and " << law.way;
      EXPECT_EQ(found->bound_by_host(64), law.of(hosts, 64) < law.middle && law.way < 1e9)
          << hosts << law.middle;
    }
  }
}

}  // namespace
}  // namespace aforo
