#include "world/usage.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

Moment moment(double time, std::uint64_t bytes, double cpu, double busy) {
  Moment m;
  m.time = Seconds{time};
  m.counters.process_bytes_read = bytes;
  m.counters.cpu_user = Seconds{cpu};
  m.counters.device = DeviceCounters{};
  m.counters.device->name = "vda";
  m.counters.device->bytes_read = bytes * 2;
  m.counters.device->busy = Seconds{busy};
  return m;
}

// 2 cores for 10 s, of whose 20 s all used 9 and this process 5: others 4 of 20.
TEST(Usage, SharesOfOthers) {
  Usage usage;
  usage.wall = Seconds{10};
  EXPECT_FALSE(other_cpu_share(usage, 2));  // the kernel does not count
  usage.machine_cpu = Seconds{9};
  usage.cpu_user = Seconds{5};
  EXPECT_DOUBLE_EQ(*other_cpu_share(usage, 2), 0.2);
  usage.machine_cpu = Seconds{25.2};  // a tick too many
  EXPECT_DOUBLE_EQ(*other_cpu_share(usage, 2), 1.0);
  usage.machine_cpu = Seconds{4.99};  // a tick too few
  EXPECT_DOUBLE_EQ(*other_cpu_share(usage, 2), 0.0);
  usage.wall = Seconds{0.4};
  EXPECT_FALSE(other_cpu_share(usage, 2));
}

// 10 s in all, 3 s of them a pause in which 100 bytes were read with 1 s of CPU while the
// device was busy for 2 s.
TEST(Usage, LeavesPausesOut) {
  const Usage whole = between(moment(5, 1000, 2, 1), moment(15, 1900, 8, 7));
  EXPECT_EQ(whole.wall, Seconds{10});
  EXPECT_EQ(*whole.process_bytes_read, 900u);
  const Usage net = without(whole, between(moment(7, 1300, 4, 2), moment(10, 1400, 5, 4)));
  EXPECT_EQ(net.wall, Seconds{7});
  EXPECT_EQ(*net.process_bytes_read, 800u);
  EXPECT_EQ(net.cpu(), Seconds{5});
  EXPECT_EQ(net.device->bytes_read, 1600u);
  EXPECT_EQ(net.device->busy, Seconds{4});
}

// Threads 7 and 9 ran for 2 and 1 s more, 12 has begun since and ran for 4, 8 has ended; with 1 s of interrupts 8 s. What is
// left of the machine's 20 s beside the process's 6 is others'.
TEST(Usage, KnowsTheKernelsOwnThreads) {
  Moment a = moment(5, 0, 2, 0), b = moment(15, 0, 8, 0);
  a.counters.machine_cpu = Seconds{100}, b.counters.machine_cpu = Seconds{120};
  a.counters.kernel =
      KernelTime{{{7, "a", Seconds{3}}, {8, "b", Seconds{30}}, {9, "c", Seconds{2}}}, Seconds{5}};
  b.counters.kernel =
      KernelTime{{{7, "a", Seconds{5}}, {9, "c", Seconds{3}}, {12, "d", Seconds{4}}}, Seconds{6}};
  const Usage usage = between(a, b);
  EXPECT_EQ(*usage.kernel_cpu, Seconds{8});
  EXPECT_EQ(usage.kernel_thread, "d");
  EXPECT_EQ(usage.kernel_busiest, Seconds{4});
  EXPECT_EQ(usage.client_cpu(), Seconds{14});
  EXPECT_DOUBLE_EQ(*other_cpu_share(usage, 4), 0.15);
  EXPECT_EQ(*plus(usage, usage).kernel_cpu, Seconds{16});
  EXPECT_EQ(*without(plus(usage, usage), usage).kernel_cpu, Seconds{8});

  b.counters.machine_cpu = Seconds{110};  // interrupts counted twice
  EXPECT_EQ(*between(a, b).kernel_cpu, Seconds{4});
  b.counters.kernel.reset();
  EXPECT_FALSE(between(a, b).kernel_cpu);
  EXPECT_EQ(between(a, b).client_cpu(), Seconds{6});
}

// Hosts that ran for 10, 9 and 8 s and read 900, 500 and 100 bytes: 1,500 in 10 s, whichever were put
// together first. A host that does not know makes the sum unknown.
TEST(Usage, OfHostsAddsUp) {
  const auto host = [](double wall, std::uint64_t bytes, double busy) {
    Usage usage = between(moment(5, 0, 2, 0), moment(5 + wall, bytes, 8, busy));
    usage.machine_cpu = Seconds{20};
    return usage;
  };
  const auto both = [](Usage a, const Usage& b) {
    take_in_host(a, b);
    return a;
  };
  const Usage a = host(10, 900, 4), b = host(9, 500, 7);
  Usage c = host(8, 100, 1);
  c.device->name = "nvme0n1";
  for (const Usage& all : {both(both(a, b), c), both(a, both(b, c)), both(c, both(a, b))}) {
    EXPECT_EQ(all.wall, Seconds{10});
    EXPECT_EQ(*all.process_bytes_read, 1500u);
    EXPECT_EQ(all.cpu(), Seconds{18});
    EXPECT_EQ(*all.machine_cpu, Seconds{60});
    EXPECT_EQ(all.device->bytes_read, 3000u);
    EXPECT_EQ(all.device->busy, Seconds{7});
    EXPECT_EQ(all.device->name, kSeveralDevices);
  }
  EXPECT_EQ(both(a, b).device->name, "vda");
  c.process_bytes_read.reset();
  c.device.reset();
  EXPECT_FALSE(both(a, c).process_bytes_read);
  EXPECT_FALSE(both(c, a).device);
}

TEST(Usage, WhatIsNotCountedStaysAbsent) {
  Moment a = moment(0, 1, 1, 1), b = moment(1, 2, 2, 2);
  b.counters.process_bytes_read.reset();
  b.counters.device.reset();
  const Usage usage = between(a, b);
  EXPECT_FALSE(usage.process_bytes_read);
  EXPECT_FALSE(usage.device);
  EXPECT_FALSE(usage.machine_cpu);
}

}  // namespace
}  // namespace aforo
