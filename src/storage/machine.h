// This machine as a job sees it: memory, filesystem, and its cores (base/control_group.h). Limits
// of control groups (containers, batch systems) count. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "base/control_group.h"
#include "base/units.h"

namespace aforo {

struct MemoryState {
  // The smaller of the machine's and the cgroup's.
  Bytes total{0}, available{0};
};
MemoryState read_memory();

struct MachineInfo {
  std::string cpu_model, kernel, hostname;
  unsigned cores = 1;
  Bytes memory{0};
};
MachineInfo describe_machine();

struct FilesystemInfo {
  // "ext4", "/", "vda".
  std::string type, mount_point, device;
  Bytes total{0}, free{0};
  std::uint64_t free_files = 0;
};
// Of the filesystem that holds `path` (or its nearest existing parent). Throws UserError if there is none.
FilesystemInfo describe_filesystem(const std::string& path);

// Whether opening a file whose name the kernel already knows may take a round trip to a server
// (NFS, FUSE, Lustre and all that is not known to be local). Such an open must not be made on an
// I/O loop's thread: io_uring would wait for it there (measured on FUSE with 1 ms: 890 files/s
// instead of 3,000). `directory`: an open descriptor.
bool opens_ask_a_server(int directory);

}  // namespace aforo
