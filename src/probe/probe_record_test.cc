// From findings made by hand to the storage file: what the loader costs beyond reading.
#include "probe/probe_record.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/error.h"
#include "measure/series.h"
#include "model/storage_yaml.h"
#include "storage/machine.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

// `rate` reads/s at 8 in flight, each of `cpu` seconds of this client.
ProbedCurve probed(ReadKind kind, double size, double rate, double cpu, bool cached = false) {
  WindowDigest window;
  window.readers = 8;
  window.rate = PerSecond{rate};
  window.operations_in_all = 1000;
  window.bytes_in_all = static_cast<std::uint64_t>(1000 * size);
  window.cpu = Seconds{1000 * cpu};
  ProbedCurve out;
  out.curve.kind = kind, out.curve.cached = cached, out.curve.size = size;
  CurvePoint point;
  point.concurrency = 8, point.rate = PerSecond{rate};
  out.curve.points = {point};
  out.windows = {window, window};
  return out;
}

ProbeFindings with_loader(std::vector<ProbedCurve> curves, double cpu_per_sample, double sample_bytes,
                          double cache_share = 0) {
  ProbeFindings findings;
  findings.curves = std::move(curves);
  findings.loader = LoaderCost{Seconds{cpu_per_sample}, PerSecond{1}, cache_share};
  findings.sample_bytes = sample_bytes;
  findings.memory = Bytes{std::uint64_t{1} << 30};
  return findings;
}

std::vector<Station> client_of(const ProbeFindings& findings) {
  return storage_from_findings(findings, *open_store("."), "2026-01-01T00:00:00Z").client;
}

// Of 1 GiB, 1 % and 6 MiB are the job's: 1007.76 MiB, in whole MiB.
TEST(ProbeRecord, ThePageCacheIsWhatTheJobLeavesOfMemory) {
  ProbeFindings findings = with_loader({probed(ReadKind::kFile, 10e3, 1e9, 10e-6)}, 25e-6, 10e3);
  findings.curves[0].curve.mode = ReadMode::kBuffered;
  findings.storage_below = true;
  const StorageSpec storage = storage_from_findings(findings, *open_store("."), "2026-01-01T00:00:00Z");
  ASSERT_EQ(storage.caches.size(), 1u);
  EXPECT_EQ(storage.caches[0].policy, CachePolicy::kPageCache);
  EXPECT_EQ(storage.caches[0].size, 1007_MiB);
}

// 25 us of CPU for a sample, 10 of them to read its file (already in the curve): 15 are the loader's own, and
// reading takes 10 / 25 of the cores. Cores / 25 us lie far below 4 x 1e9 reads/s.
TEST(ProbeRecord, TheLoadersOwnTimeIsWhatReadingDoesNotTake) {
  const auto stations = client_of(with_loader({probed(ReadKind::kFile, 10e3, 1e9, 10e-6)}, 25e-6, 10e3));
  ASSERT_EQ(stations.size(), 1u);
  EXPECT_EQ(stations[0].kind, StationKind::kCpu);
  EXPECT_EQ(stations[0].servers, available_cores());
  EXPECT_NEAR(stations[0].per_operation.value, 15e-6, 1e-9);
  EXPECT_EQ(stations[0].per_byte.value, 0);
  EXPECT_NEAR(stations[0].taken, 0.4, 1e-4);
  EXPECT_TRUE(client_of(with_loader({probed(ReadKind::kFile, 10e3, 1e9, 10e-6)}, 9e-6, 10e3)).empty());
}

// A file of 3 MiB past the page cache is read in three requests, and what a station takes is taken by each of them.
TEST(ProbeRecord, OfAFileReadInPiecesEachTakesItsPartOfTheLoadersTime) {
  ProbeFindings findings = with_loader({probed(ReadKind::kFile, 3e6, 1e9, 800e-6)}, 830e-6, 3e6);
  findings.loader->waits_per_sample = 3;
  const auto stations = client_of(findings);
  ASSERT_EQ(stations.size(), 1u);
  EXPECT_NEAR(stations[0].per_operation.value, 10e-6, 1e-9);
  EXPECT_NEAR(stations[0].taken, 800.0 / 830, 1e-4);
}

// Requests of 256 KiB at 100 us; a sample of 1 MiB is four: 400 of its 500 us, and 100 us over its bytes. The
// same where they are ranges.
TEST(ProbeRecord, SeveralRequestsOfASampleAreAllReading) {
  for (const ReadKind kind : {ReadKind::kStream, ReadKind::kRange}) {
    const auto stations = client_of(with_loader({probed(kind, 0x1p18, 1e9, 100e-6)}, 500e-6, 0x1p20));
    ASSERT_EQ(stations.size(), 1u);
    EXPECT_EQ(stations[0].per_operation.value, 0);
    EXPECT_NEAR(stations[0].per_byte.value * 0x1p20, 100e-6, 1e-7);
    EXPECT_NEAR(stations[0].taken, 0.8, 1e-4);
  }
}

// Storage that gives 10 files/s is the limit, whatever the loader costs. From the page cache (reads of 4 us,
// 1e9/s) the loader is, where that is how it ran: 25 - 4 us of its own.
TEST(ProbeRecord, ALoaderThatReadFromTheCacheIsComparedWithTheCache) {
  const std::vector<ProbedCurve> curves{probed(ReadKind::kFile, 10e3, 10, 10e-6),
                                        probed(ReadKind::kFile, 10e3, 1e9, 4e-6, true)};
  EXPECT_TRUE(client_of(with_loader(curves, 25e-6, 10e3)).empty());
  const auto stations = client_of(with_loader(curves, 25e-6, 10e3, 1));
  ASSERT_EQ(stations.size(), 1u);
  EXPECT_NEAR(stations[0].per_operation.value, 21e-6, 1e-9);
}

// 99 of 1000 /s are less than a tenth: no storage file may say so. 110 of 1000, and what comes after, stay.
TEST(ProbeRecord, ACollapsedLevelIsLeftOutAndSaid) {
  ProbeFindings findings = with_loader({probed(ReadKind::kFile, 10e3, 1000, 10e-6)}, 0, 10e3);
  for (const auto& [concurrency, rate] :
       {std::pair{16.0, 99.0}, {32.0, 110.0}, {64.0, 1200.0}, {128.0, 119.0}}) {
    CurvePoint point;
    point.concurrency = concurrency, point.rate = PerSecond{rate};
    findings.curves[0].curve.points.push_back(point);
  }
  const auto written = [&] {
    return to_yaml(storage_from_findings(findings, *open_store("."), "2026-01-01T00:00:00Z"));
  };
  try {
    parse_storage(written(), "s");
    ADD_FAILURE() << "was read";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("at least 10 % of the best"), std::string::npos) << error.what();
  }
  const auto said = drop_collapsed(findings);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_NE(said[0].find("Whole files of 9.77 KiB, buffered: 16 in flight are left out"), std::string::npos)
      << said[0];
  const StorageSpec read = parse_storage(written(), "s");
  ASSERT_EQ(read.tiers[0].curves[0].points.size(), 3u);
  EXPECT_EQ(read.tiers[0].curves[0].points[1].rate.value, 110);
  EXPECT_TRUE(drop_collapsed(findings).empty());
}

// 100 reads/s of 10 kB at 8 in flight: 1 MB/s, 80 ms each; the slower window's p99 of 0.2 s.
TEST(ProbeRecord, ACurveIsASeriesToo) {
  ProbeFindings findings = with_loader({probed(ReadKind::kFile, 10e3, 100, 10e-6)}, 0, 10e3);
  findings.curves[0].windows[0].p99 = Seconds{0.1};
  findings.curves[0].windows[1].p99 = Seconds{0.2};
  Json record = Json::object();
  add_findings(record, findings, storage_from_findings(findings, *open_store("."), "2026-01-01T00:00:00Z"));
  EXPECT_EQ(record["curves"][0]["points"][0]["p99_seconds"], 0.2);
  const std::vector<Series> series = series_of(record);
  ASSERT_EQ(series.size(), 1u);
  EXPECT_EQ(series[0].name, "whole files of 9.77 KiB, buffered");
  EXPECT_EQ(series[0].x.values, std::vector<double>{8});
  ASSERT_EQ(series[0].y.size(), 4u);
  EXPECT_DOUBLE_EQ(series[0].y[0].values[0], 100);
  EXPECT_DOUBLE_EQ(series[0].y[1].values[0], 1e6);
  EXPECT_DOUBLE_EQ(series[0].y[2].values[0], 0.08);
  EXPECT_DOUBLE_EQ(series[0].y[3].values[0], 0.2);
}

}  // namespace
}  // namespace aforo
