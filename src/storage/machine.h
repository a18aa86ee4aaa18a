// This machine as a job sees it: memory, filesystem, and its cores (base/control_group.h). Limits
// of control groups (containers, batch systems) count. Thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "base/control_group.h"
#include "base/units.h"

namespace aforo {

// At this moment. `available` is what could be had without swapping, clean page cache included: the
// most that a cache of a dataset could grow to.
struct MemoryState {
  // The smaller of the machine's and the control group's, of every group above too; 0 = unknown.
  Bytes total{0}, available{0};
};
MemoryState read_memory();

// For a Record's `machine`: what somebody needs to tell two machines apart.
struct MachineInfo {
  // "Linux 6.1.0-18-amd64". `cpu_model` is the architecture ("aarch64")
  // where the kernel names none.
  std::string cpu_model, kernel, hostname;
  // That this process may use: affinity and limits count.
  unsigned cores = 1;
  // MemoryState::total.
  Bytes memory{0};
};
// Never throws; empty or 0 where the kernel does not say.
MachineInfo describe_machine();

// What lies below a place, and how full it is now.
struct FilesystemInfo {
  // "ext4", "/", "vda" ("server:/export" for what is no device); empty = unknown.
  std::string type, mount_point, device;
  // Its files lie compressed, as far as the mount says (compresses in kernel_text.h).
  bool compressed = false;
  // `free` is for this user, without what is kept for root.
  Bytes total{0}, free{0};
  // Names that can still be made; 0 also where the filesystem keeps no count of them.
  std::uint64_t free_files = 0;
};
// Of the filesystem that holds `path` (or its nearest existing parent). Asks the filesystem, and
// may block with it. Throws UserError if there is none or it cannot be asked.
FilesystemInfo describe_filesystem(const std::string& path);

// Files that this process may still open, at this moment: its limit (RLIMIT_NOFILE) less those that are open.
std::uint64_t open_files_left();
// That limit itself ('ulimit -n'); 2^64 - 1 where there is none.
std::uint64_t open_files_limit();

// Whether a place, by the table of mounts alone, lies on a filesystem that is not known to be local (NFS, FUSE,
// Lustre ...), whose server may stop answering. Touches nothing there, so that it cannot block with it. False where
// nothing is known.
bool lies_behind_a_server(const std::string& path);

// Whether opening a file whose name the kernel already knows may take a round trip to a server
// (NFS, FUSE, Lustre and all that is not known to be local). Such an open must not be made on an
// I/O loop's thread: io_uring would wait for it there (measured on FUSE with 1 ms: 890 files/s
// instead of 3,000). `directory`: an open descriptor. True where nothing is known: a needless hop
// to a kernel thread costs little, a loop that stands still costs every request.
bool opens_ask_a_server(int directory);

}  // namespace aforo
