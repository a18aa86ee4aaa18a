#include "storage/counters.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "storage/engine_contract.h"

namespace aforo {
namespace {

TEST(Counters, CpuTimeGrowsWithWork) {
  const Counters before = read_counters({});
  volatile std::uint64_t sum = 0;
  // The kernel counts in ticks on some machines: work until it has counted one, which is less than a thousand
  // million additions away on any of them.
  Counters after = before;
  const auto grown = [&] { return after.cpu_user + after.cpu_system > before.cpu_user + before.cpu_system; };
  for (int round = 0; round < 1000 && !grown(); ++round) {
    for (std::uint64_t i = 0; i < 1'000'000; ++i) sum = sum + i;
    after = read_counters({});
  }
  EXPECT_TRUE(grown());
  EXPECT_GT(after.resident.value, 0u);
}

// Where kthreadd is to be seen, it has children, and none of them is this process.
TEST(Counters, TheKernelsThreadsAreTold) {
  const Counters counters = read_counters({});
  if (!counters.kernel) GTEST_SKIP() << "the kernel's threads are hidden here";
  EXPECT_GT(counters.kernel->threads.size(), 2u);
  for (std::size_t i = 0; i < counters.kernel->threads.size(); ++i) {
    const KernelTime::Thread& thread = counters.kernel->threads[i];
    EXPECT_FALSE(thread.name.empty());
    EXPECT_NE(thread.id, static_cast<std::uint64_t>(getpid()));
    if (i > 0) {
      EXPECT_LT(counters.kernel->threads[i - 1].id, thread.id);
    }
  }
}

TEST(Counters, AMemoryFilesystemHasNoDevice) {
  if (!std::filesystem::exists("/dev/shm") || describe_filesystem("/dev/shm").type != "tmpfs")
    GTEST_SKIP() << "/dev/shm is no tmpfs here";
  EXPECT_FALSE(block_device_below("/dev/shm").has_value());
}

TEST(Counters, BytesReadPastTheCacheAreCounted) {
  TemporaryDirectory directory;
  const std::string path = directory / "file";
  {
    std::ofstream file(path, std::ios::binary);
    const auto bytes = content(1 << 20);
    file.write(reinterpret_cast<const char*>(bytes.data()), 1 << 20);
  }
  sync();
  const auto device = block_device_below(directory / "not/yet/made");
  const Counters before = read_counters(device);
  if (!before.device || !before.process_bytes_read)
    GTEST_SKIP() << "no block device below the temporary directory";
  AlignedBuffer buffer(1 << 20);
  const int file = open(path.c_str(), O_RDONLY | O_DIRECT);
  if (file < 0) GTEST_SKIP() << "no O_DIRECT here";
  ASSERT_EQ(pread(file, buffer.all().data(), 1 << 20, 0), 1 << 20);
  close(file);
  const Counters after = read_counters(device);
  EXPECT_GE(*after.process_bytes_read - *before.process_bytes_read, 1u << 20);
  EXPECT_GE(after.device->bytes_read - before.device->bytes_read, 1u << 20);
  EXPECT_GE(after.device->reads, before.device->reads + 1);
  EXPECT_FALSE(after.device->name.empty());
}

TEST(Machine, IsDescribed) {
  const MachineInfo machine = describe_machine();
  EXPECT_FALSE(machine.cpu_model.empty());
  EXPECT_TRUE(machine.kernel.starts_with("Linux "));
  EXPECT_GE(machine.cores, 1u);
  EXPECT_LE(machine.cores, static_cast<unsigned>(sysconf(_SC_NPROCESSORS_CONF)));
  EXPECT_GT(machine.memory.value, 0u);
  const MemoryState memory = read_memory();
  EXPECT_LE(memory.available.value, memory.total.value);
}

TEST(Filesystem, OfADirectoryToBeMadeIsThatOfItsParent) {
  TemporaryDirectory directory;
  const FilesystemInfo here = describe_filesystem(directory.path());
  const FilesystemInfo there = describe_filesystem(directory / "not/yet/made");
  EXPECT_EQ(here.type, there.type);
  EXPECT_EQ(here.mount_point, there.mount_point);
  EXPECT_FALSE(here.type.empty());
  EXPECT_GT(here.total.value, 0u);
  EXPECT_LE(here.free.value, here.total.value);
}

}  // namespace
}  // namespace aforo
