// A probe from several processes, as threads of this one, of a small real dataset.
#include "probe/probe_crew.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/test_directory.h"
#include "generate/generate_command.h"
#include "hosts/test_wire.h"
#include "model/storage_yaml.h"
#include "probe/probe_command.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class ProbeTogether : public testing::Test {
 protected:
  ProbeTogether() {
    GenerateOptions generating;
    generating.directory = directory_ / "data";
    DatasetSpec& spec = generating.workload.dataset;
    spec.layout = LayoutKind::kFilePerSample;
    spec.samples = 600;
    spec.sample_size.mean = 4000;
    generate(generating, {}, {});
    options_.directory = directory_ / "data";
    options_.budget = Seconds{1};
    options_.modes = {ReadMode::kBuffered};
    options_.io_threads = 1;
    options_.engine = EngineKind::kThreads;
  }

  // `act` on a thread for each host, with a crew; what it threw, by host.
  std::vector<std::string> together(std::uint32_t hosts,
                                    const std::function<void(Crew&, const ProbeOptions&)>& act,
                                    std::stop_token stop = {}) {
    TestHub hub(hosts);
    std::vector<std::string> thrown(hosts);
    std::vector<std::thread> threads;
    for (std::uint32_t h = 0; h < hosts; ++h)
      threads.emplace_back([&, h] {
        ProbeOptions mine = options_;
        if (!machines_.empty()) mine.machine = machines_[h];
        Crew crew([&] { return std::make_unique<TestWire>(hub, h); }, {"1", "node" + std::to_string(h)}, stop,
                  Seconds{2});
        try {
          act(crew, mine);
        } catch (const SaidByFirst& error) {
          crew.give_up();
          thrown[h] = "said by the first";
        } catch (const UserError& error) {
          thrown[h] = error.what();
          if (crew.refuse(error.what())) thrown[h] += ", as the first says";
        } catch (const Interrupted&) {
          thrown[h] = "interrupted";
          crew.refuse("interrupted");
        }
      });
    for (std::thread& thread : threads) thread.join();
    return thrown;
  }

  ProbeOutcome probe_from(std::uint32_t hosts) {
    ProbeOutcome outcome;
    const auto thrown = together(hosts, [&](Crew& crew, const ProbeOptions& options) {
      ProbeOutcome mine = probe(options, {}, {}, &crew);
      if (crew.first()) outcome = std::move(mine);
    });
    EXPECT_EQ(thrown, std::vector<std::string>(hosts));
    return outcome;
  }

  TestDirectory directory_;
  ProbeOptions options_;
  std::vector<std::string> machines_;
};

TEST_F(ProbeTogether, TheFileHasWhatAllGetAndWhatOneGets) {
  machines_ = {"a", "b", "c"};
  const ProbeOutcome found = probe_from(3);
  EXPECT_EQ(check_storage(found.storage), "");
  std::vector<std::pair<StationScope, std::uint32_t>> curves;
  for (const ReadCurve& curve : found.storage.tiers.at(0).curves)
    if (!curve.cached) curves.emplace_back(curve.scope, curve.hosts);
  EXPECT_EQ(curves, (std::vector<std::pair<StationScope, std::uint32_t>>{{StationScope::kHost, 1},
                                                                         {StationScope::kShared, 3}}));
  for (const ReadCurve& curve : found.storage.tiers.at(0).curves)
    if (curve.hosts == 3) {
      EXPECT_EQ(curve.points.at(1).concurrency, 3);
    }
  ASSERT_EQ(found.record.at("hosts").size(), 3u);
  EXPECT_EQ(found.record.at("hosts").at(2).at("name"), "node2");
  EXPECT_EQ(found.record.at("hosts").at(2).at("host"), 2);
}

TEST_F(ProbeTogether, ProcessesOfOneMachineAreOneHost) {
  machines_ = {"a", "a"};
  const ProbeOutcome found = probe_from(2);
  for (const ReadCurve& curve : found.storage.tiers.at(0).curves) {
    EXPECT_EQ(curve.scope, StationScope::kShared);
    EXPECT_EQ(curve.hosts, 1u);
  }
  EXPECT_THAT(found.storage.notes, testing::Contains(HasSubstr("2 processes on one machine are one host")));
}

TEST_F(ProbeTogether, WhatIsLaidIsReadByAllAndTakenAway) {
  machines_ = {"a", "b"};
  options_.directory = directory_ / "new";
  options_.workload.emplace();
  options_.workload->dataset.layout = LayoutKind::kFilePerSample;
  options_.workload->dataset.samples = 100;
  options_.workload->dataset.sample_size.mean = 20'000;
  const ProbeOutcome found = probe_from(2);
  EXPECT_EQ(check_storage(found.storage), "");
  EXPECT_FALSE(fs::exists(directory_ / "new"));
}

// Together they read every unit once, and each a part of them.
TEST_F(ProbeTogether, AWindowIsSharedOut) {
  machines_ = {"a", "b", "b"};
  std::vector<RawWindow> windows;
  std::uint64_t left = 0;
  const auto thrown = together(3, [&](Crew& crew, const ProbeOptions& options) {
    if (!crew.first()) return probe_beside(options, crew, {});
    std::vector<ProbeData> data;
    data.push_back(found_data(open_store(options.directory), {}, 1, {}));
    ProbeCrew all(crew, std::stop_source());
    all.tell_found(true);
    all.agree(options, data);
    CurveReaders& reading = all.readers(0, ReadMode::kBuffered);
    const std::uint64_t units = reading.units.size();
    for (const bool alone : {false, true}) {
      CrewBench bench(all, alone, {units, 7, false});
      EXPECT_EQ(bench.left(), units);
      windows.push_back(bench.run({8, Seconds{30}, Seconds{1}}, {}));
      left += bench.left();
      bench.rewind(Dropped::kRead, data[0].files, {});
      EXPECT_EQ(bench.left(), units);
      EXPECT_EQ(bench.taken(), 0u);
    }
    all.end();
  });
  EXPECT_EQ(thrown, std::vector<std::string>(3));
  EXPECT_EQ(left, 0u);
  ASSERT_EQ(windows.size(), 2u);
  for (const RawWindow& window : windows) {
    EXPECT_EQ(window.readers, 8u);
    EXPECT_EQ(window.operations_in_all, 600u);
    EXPECT_LE(window.from, window.until);
  }
}

TEST_F(ProbeTogether, OtherFilesAreRefusedByName) {
  fs::copy(directory_ / "data", directory_ / "other", fs::copy_options::recursive);
  for (const char* place : {"data", "other"})
    for (const auto& entry : fs::directory_iterator(directory_ / place))
      if (entry.path().filename().string().find("aforo") != std::string::npos) fs::remove(entry.path());
  for (const auto& entry : fs::recursive_directory_iterator(directory_ / "other"))
    if (entry.is_regular_file()) {
      fs::remove(entry.path());
      break;
    }
  const auto thrown = together(2, [&](Crew& crew, const ProbeOptions& options) {
    ProbeOptions mine = options;
    if (!crew.first()) mine.directory = directory_ / "other";
    probe(mine, {}, {}, &crew);
  });
  EXPECT_THAT(thrown[0], HasSubstr("expected the same files on all hosts"));
  EXPECT_THAT(thrown[0], HasSubstr("node1"));
  EXPECT_EQ(thrown[1], "said by the first");
}

TEST_F(ProbeTogether, AHostWithoutTheFilesIsNamed) {
  const auto thrown = together(2, [&](Crew& crew, const ProbeOptions& options) {
    ProbeOptions mine = options;
    if (!crew.first()) mine.directory = directory_ / "none";
    probe(mine, {}, {}, &crew);
  });
  EXPECT_THAT(thrown[0], HasSubstr("node1: expected the dataset in"));
}

TEST_F(ProbeTogether, AHostThatIsGoneIsNamed) {
  machines_ = {"a", "b"};
  TestHub hub(2);
  std::string said;
  std::thread other([&] {
    Crew crew([&] { return std::make_unique<TestWire>(hub, 1); }, {"1", "node1"}, {}, Seconds{2});
    ProbeOptions mine = options_;
    mine.machine = "b";
    try {
      probe(mine, {}, {}, &crew);
    } catch (const UserError&) {
    }
  });
  {
    Crew crew([&] { return std::make_unique<TestWire>(hub, 0); }, {"1", "node0"}, {}, Seconds{2});
    ProbeOptions mine = options_;
    mine.machine = "a", mine.budget = Seconds{20};
    std::thread cut([&] {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      hub.cut(1);
    });
    try {
      probe(mine, {}, {}, &crew);
    } catch (const UserError& error) {
      said = error.what();
    }
    cut.join();
  }
  other.join();
  EXPECT_THAT(said, HasSubstr("found nothing of node1"));
}

}  // namespace
}  // namespace aforo
