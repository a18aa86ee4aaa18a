// Ring: one io_uring with the best setup this kernel grants, and the buffers registered with it.
//
// Setup flags are tried from the best to none:
//
//   SINGLE_ISSUER + DEFER_TASKRUN   Linux 6.1
//   SINGLE_ISSUER + COOP_TASKRUN    6.0
//   COOP_TASKRUN                    5.19
//   none                            5.11
//
// The ring is created disabled where the kernel can, so that one thread may build it and another
// use it: `enable` binds it to the calling thread. Registered buffers save the kernel the pinning
// and the user-access checks of each read: measured 8 % less CPU time per byte from page cache. Not
// registered, because it measured nothing: the ring's own descriptor.
//
// One thread's from `enable` on. Errors are errnos; nothing throws.
#pragma once

#include <liburing.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace aforo {

// io_uring_queue_init_params, or a stand-in that fails as a locked-down machine does.
using RingSetup = int (*)(unsigned entries, io_uring* ring, io_uring_params* parameters);

class Ring {
 public:
  Ring() = default;
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // 0, or the errno of the kernel's refusal (EPERM, ENOSYS, ENOMEM). `entries`: room for what is
  // prepared and not yet submitted. `completions`: the most that can be outstanding at once. Once.
  int open(unsigned entries, unsigned completions, RingSetup setup);

  // Binds a disabled ring to the calling thread; does nothing the second time. 0 or an errno.
  // Before it the kernel takes no submission.
  int enable();

  // A table of `slots` direct descriptors: files known to the ring
  // alone, which cost no entry in the process's own table. False where
  // the kernel cannot (before 5.17) or the limit on open files is lower.
  bool register_file_slots(unsigned slots);

  // Lets as many requests block in the kernel at once (cold opens on a network filesystem).
  void allow_blocking(unsigned requests);

  // Registers as much of the front of `memory` as the limit on locked memory allows, in regions of
  // at most a GiB; does without the rest, which is read into in the plain way. Outlives the ring.
  void register_memory(std::span<std::byte> memory);

  // The registered buffer that holds [data, data + length), or -1. O(regions).
  int buffer_index(const std::byte* data, std::size_t length) const {
    for (unsigned i = 0; i < regions_used_; ++i)
      if (data >= regions_[i].data() && data + length <= regions_[i].data() + regions_[i].size())
        return int(i);
    return -1;
  }

  // An empty submission entry, never null; submits what waits if there is no room.
  io_uring_sqe* entry();

  // Submits, runs the kernel's deferred completions, does not wait. 0 or an errno; what could not
  // be submitted stays queued for the next call.
  int submit();

  // Submits and waits for one completion, at most `seconds`. 0 or an errno (ETIME: none came).
  int submit_and_wait(double seconds);

  // For reaping completions, and what else this class does not do. Requires a successful `open`.
  io_uring* raw() { return &ring_; }
  // IORING_SETUP_* that were granted.
  unsigned flags() const { return ring_.flags; }

 private:
  // Places for registered memory: a lane's pool maps few and large pieces, and buffer_index looks
  // through all of them.
  static constexpr unsigned kRegions = 64;

  bool register_region(std::span<std::byte> piece);

  io_uring ring_{};
  bool open_ = false;
  // Created so, and `enable` has not been called.
  bool disabled_ = false;
  // The kernel has a sparse buffer table (5.19): memory can be added later. Else one region, once.
  bool region_table_ = false;
  unsigned regions_used_ = 0;
  std::array<std::span<std::byte>, kRegions> regions_{};
};

}  // namespace aforo
