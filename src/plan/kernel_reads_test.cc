// What reaches storage of a loader's requests, worked by hand: read-ahead windows of 128 KiB.
#include "plan/kernel_reads.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

constexpr double kKiB = 1024;

KernelReads reads(LayoutKind layout, double sample, Bytes transfer, ReadMode mode,
                  std::uint64_t per_file = 64) {
  DatasetSpec data;
  data.layout = layout;
  data.samples = 6400;
  data.samples_per_file = traits_of(layout).packed ? per_file : 1;
  data.sample_size.mean = sample;
  LoaderSpec loader;
  loader.transfer_size = transfer;
  loader.read_mode = mode;
  return kernel_reads(access_of(data, loader, 1), data, loader);
}

// 300 KiB are three windows, or five requests of 64 KiB past the cache; requests above a window stay.
TEST(KernelReads, FilesArriveInWindows) {
  const auto file = [](Bytes transfer, ReadMode mode) {
    return reads(LayoutKind::kFilePerSample, 300 * kKiB, transfer, mode).requests_per_sample;
  };
  EXPECT_EQ(file({0}, ReadMode::kBuffered), 3);
  EXPECT_EQ(file(64_KiB, ReadMode::kBuffered), 3);
  EXPECT_EQ(file(64_KiB, ReadMode::kDirect), 5);
  EXPECT_EQ(file(256_KiB, ReadMode::kBuffered), 2);
}

// Shards of 64 samples of 16 KiB: a window of 128 KiB brings eight samples where the reader asks for one
// quarter of a sample at a time; 256 KiB, the loader's own, bring sixteen.
TEST(KernelReads, ShortRequestsOfAShardArriveInWindowsToo) {
  const auto shard = [](Bytes transfer, ReadMode mode) {
    return reads(LayoutKind::kWebdataset, 16 * kKiB, transfer, mode);
  };
  EXPECT_DOUBLE_EQ(shard(4_KiB, ReadMode::kBuffered).requests_per_sample, 1.0 / 8);
  EXPECT_DOUBLE_EQ(shard(4_KiB, ReadMode::kBuffered).request_bytes, 128 * kKiB);
  EXPECT_DOUBLE_EQ(shard(4_KiB, ReadMode::kDirect).requests_per_sample, 4);
  EXPECT_DOUBLE_EQ(shard({0}, ReadMode::kBuffered).requests_per_sample, 1.0 / 16);
}

// Two samples of 16 KiB are a whole shard: nothing is read ahead beyond its end.
TEST(KernelReads, AWindowEndsWithItsFile) {
  const KernelReads seen = reads(LayoutKind::kWebdataset, 16 * kKiB, 4_KiB, ReadMode::kBuffered, 2);
  EXPECT_DOUBLE_EQ(seen.requests_per_sample, 1.0 / 2);
}

}  // namespace
}  // namespace aforo
