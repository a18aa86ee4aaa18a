// Every kind of station, alone, by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "sim/station_harness.h"
#include "sim/test_storage.h"

namespace aforo {
namespace {

OperationPart bytes(double n, FileId file = 0) { return {file, n, true, true, -1}; }

// 100 B/s. A of 100 B comes at 0 and is alone until 0.5 (50 B done); B of 25 B comes then: each gets 50 B/s,
// B leaves at 1.0 (25 B), A has 25 B left and 100 B/s again: 1.25.
TEST(Bandwidth, IsSharedEqually) {
  StationHarness harness;
  harness.add(pipe(100));
  double a = 0, b = 0;
  harness.send(Seconds{0}, bytes(100), a);
  harness.send(Seconds{0.5}, bytes(25), b);
  harness.run();
  EXPECT_NEAR(b, 1.0, 1e-12);
  EXPECT_NEAR(a, 1.25, 1e-12);
}

// 100 B/s, burst 50 B at 150 B/s: the bucket drains by 50 B/s, so it lasts 1 s, in which 150 B pass; then 100
// B/s: 250 B take 2 s. Then 0.25 s of rest give back 25 B, which last 0.5 s: 75 B, and 25 B more in 0.25 s.
TEST(Bandwidth, BurstsWhileTokensLast) {
  StationHarness harness;
  Station station = pipe(100);
  station.burst = {50};
  station.burst_bandwidth = {150};
  harness.add(station);
  double a = 0, b = 0;
  harness.send(Seconds{0}, bytes(250), a);
  harness.send(Seconds{2.25}, bytes(100), b);
  harness.run();
  EXPECT_NEAR(a, 2.0, 1e-12);
  EXPECT_NEAR(b, 3.0, 1e-12);
}

// Two pipes of 100 B/s: files on the same pipe share it, files on different ones do not.
TEST(Bandwidth, AFileLiesOnOnePipe) {
  FileId other = 1, same = 1;
  while (place_of(other, 2) == place_of(0, 2)) ++other;
  while (place_of(same, 2) != place_of(0, 2)) ++same;
  StationHarness harness;
  harness.add(pipe(100, 2));
  double a = 0, b = 0, c = 0;
  harness.send(Seconds{0}, bytes(100, 0), a);
  harness.send(Seconds{0}, bytes(100, other), b);
  harness.send(Seconds{0}, bytes(50, same), c);
  harness.run();
  EXPECT_NEAR(c, 1.0, 1e-12);
  EXPECT_NEAR(a, 1.5, 1e-12);
  EXPECT_NEAR(b, 1.0, 1e-12);
}

// 2 cores, 1 s each: three at once progress at 2/3 each, all done at 1.5 s; two more at 2 s take 1 s each.
TEST(Cpu, GivesNobodyMoreThanACore) {
  StationHarness harness;
  Station station;
  station.kind = StationKind::kCpu;
  station.servers = 2;
  station.per_operation = {0.5};
  station.per_byte = {0.005};
  Server& server = harness.add(station);
  double left[5] = {};
  for (int i = 0; i < 5; ++i) harness.send(Seconds{i < 3 ? 0.0 : 2.0}, bytes(100), left[i]);
  harness.run();
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(left[i], 1.5, 1e-12);
  for (int i = 3; i < 5; ++i) EXPECT_NEAR(left[i], 3.0, 1e-12);
  EXPECT_NEAR(server.use().busy, 2.5, 1e-12);
  EXPECT_NEAR(server.use().in_flight, 3 * 1.5 + 2 * 1.0, 1e-12);
  EXPECT_NEAR(server.use().operations, 5, 1e-12);
}

// 2 cores, three quarters of them taken elsewhere: 0.5 are left. Slack is 0.02 s of the other 1.5, 0.03 s of
// a core. Alone, 1 ms takes 1 ms. Then (the slack is full again) four of 20 ms each: 2 cores until 0.03 / 1.5
// = 20 ms have gone, 40 ms of 80 done; the other 40 at 0.5 take 80 ms: all leave after 100 ms.
TEST(Cpu, WhatIsTakenElsewhereLimitsAllButDelaysNobody) {
  StationHarness harness;
  Station station;
  station.kind = StationKind::kCpu;
  station.servers = 2;
  station.per_byte = {1e-3};
  station.taken = 0.75;
  harness.add(station);
  double alone = 0, left[4] = {};
  harness.send(Seconds{0}, bytes(1), alone);
  for (double& each : left) harness.send(Seconds{1}, bytes(20), each);
  harness.run();
  EXPECT_NEAR(alone, 1e-3, 1e-9);
  for (const double each : left) EXPECT_NEAR(each, 1.1, 1e-9);
}

// 10 requests/s of at most 100 B: 250 B are 3 requests. In order of arrival: 0.3 s, then 0.1 s more.
TEST(Requests, PassAtTheirRateInOrderOfArrival) {
  StationHarness harness;
  Station station;
  station.kind = StationKind::kRequests;
  station.rate = {10};
  station.request_size = {100};
  harness.add(station);
  double a = 0, b = 0, c = 0;
  harness.send(Seconds{0}, bytes(250), a);
  harness.send(Seconds{0.1}, bytes(1), b);
  harness.send(Seconds{1.0}, bytes(100), c);
  harness.run();
  EXPECT_NEAR(a, 0.3, 1e-12);
  EXPECT_NEAR(b, 0.4, 1e-12);
  EXPECT_NEAR(c, 1.1, 1e-12);
}

// 8 ms per chunk of 1000 B begun, 1 MB/s: 2500 B are 3 x 8 + 2.5 ms; the next on the same disk waits.
TEST(Disk, SeeksPerChunkInOrderOfArrival) {
  StationHarness harness;
  Station station;
  station.kind = StationKind::kDisk;
  station.seek = {8e-3};
  station.chunk = {1000};
  station.bandwidth = {1e6};
  harness.add(station);
  double a = 0, b = 0;
  harness.send(Seconds{0}, bytes(2500), a);
  harness.send(Seconds{0}, bytes(1000), b);
  harness.run();
  EXPECT_NEAR(a, 26.5e-3, 1e-12);
  EXPECT_NEAR(b, 35.5e-3, 1e-12);
}

// 2 ms per request of 100 B, whoever else is there: 250 B wait 6 ms.
TEST(Latency, IsPaidForEveryRequestAndSharedWithNobody) {
  StationHarness harness;
  harness.add(latency(constant_law(2e-3), 100));
  double left[3] = {};
  for (double& one : left) harness.send(Seconds{0}, bytes(250), one);
  harness.run();
  for (const double one : left) EXPECT_NEAR(one, 6e-3, 1e-12);
}

// M/M/1 with 100/s against arrivals of 50/s from 2000 thinkers of 40 s, so many that they are nearly
// independent: R = 1 / (100 - 50) = 20 ms.
TEST(Metadata, IsAnExponentialServerInOrderOfArrival) {
  StationHarness harness;
  Station station;
  station.kind = StationKind::kMetadata;
  station.rate = {100};
  Server& server = harness.add(station);
  for (int i = 0; i < 2000; ++i) harness.circulate(Seconds{4000}, {0, 0, true, true, -1}, 40, false);
  harness.run_until(Seconds{4000});
  const ServerUse use = server.use();
  const double time = harness.clock.now().value;
  harness.run();
  EXPECT_NEAR(use.in_flight / use.operations, 20e-3, 1e-3);
  EXPECT_NEAR(use.busy / time, 0.5, 0.02);
}

// Reads of an open file pass without it.
TEST(Metadata, IsPassedAtOpensOnly) {
  StationHarness harness;
  Station station;
  station.kind = StationKind::kMetadata;
  station.rate = {1e-3};
  harness.add(station);
  double left = -1;
  harness.send(Seconds{1}, {0, 100, true, false, -1}, left);
  harness.run();
  EXPECT_EQ(left, 1.0);
}

// Two exponential stations in a closed network of 5: exact MVA with demands D1 = 10 ms (PS, 1000 B at 100
// kB/s, exponential sizes) and D2 = 6 ms (FCFS, exponential) gives
//   n  R1      R2      X
//   1  10      6       62.5
//   2  16.25   8.25    81.633
//   3  23.265  10.041  90.074
//   4  30.956  11.427  94.378
//   5  39.216  12.471  96.736
TEST(Network, OfTwoStationsIsAsMeanValueAnalysisSays) {
  double q1 = 0, q2 = 0, x = 0;
  for (int n = 1; n <= 5; ++n) {
    const double r1 = 10e-3 * (1 + q1), r2 = 6e-3 * (1 + q2);
    x = n / (r1 + r2);
    q1 = x * r1, q2 = x * r2;
  }
  EXPECT_NEAR(x, 96.736, 0.01);
  StationHarness harness;
  Server& first = harness.add(pipe(100e3));
  Station station;
  station.kind = StationKind::kMetadata;
  station.rate = {1 / 6e-3};
  harness.add(station);
  for (int i = 0; i < 5; ++i) harness.circulate(Seconds{3000}, {0, 1000, true, true, -1}, 0, true);
  harness.run();
  const double time = harness.clock.now().value;
  EXPECT_NEAR(static_cast<double>(harness.rounds) / time, x, 0.01 * x);
  EXPECT_NEAR(first.use().in_flight / time, q1, 0.02 * q1 + 0.02);
}

}  // namespace
}  // namespace aforo
