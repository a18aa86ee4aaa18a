// World: all that the training job needs of the place it runs in. The real world (world/real_world.h) and the
// simulated one carry out the same coroutines.
//
// Executors. All rank state (queues, barriers, accelerators) lives on one executor, "home". Reading happens
// on "lanes" (the real world: one I/O loop per core). A coroutine moves with `enter_lane(i)` / `go_home()`;
// it is then run by that executor's thread, so nothing in the pipeline is locked.
//
// Outcomes are data: `error()` is an errno, 0 for success. Buffers belong to the outcome and are returned to
// the lane when it is destroyed, on that lane.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/units.h"
#include "dataset/layout.h"
#include "pipeline/vote.h"

namespace aforo {

using LaneId = std::uint32_t;

// clang-format off
template <class R>
concept ReadOutcome = std::movable<R> && requires(const R& r) {
  { r.error() } -> std::same_as<int>;
  { r.bytes() } -> std::same_as<std::uint64_t>;                 // read; fewer than asked only at end of file
  { r.data() } -> std::same_as<std::span<const std::byte>>;     // empty where there is no real data (null, simulated)
};

template <class W>
concept World = requires(W& w, LaneId lane, std::uint32_t rank, FileId file, std::uint64_t n, typename W::File handle,
                         Seconds t, Vote vote) {
  requires ReadOutcome<typename W::Read>;
  { w.now() } -> std::same_as<Seconds>;      // monotonic; callable on any executor
  { w.lanes() } -> std::same_as<LaneId>;     // >= 1
  { w.lane_of(rank, n) } -> std::same_as<LaneId>;  // where the n-th reader here, of the rank-th rank here, reads
  w.enter_lane(lane);                        // awaitable, from any executor
  w.go_home();                               // awaitable, from any executor
  w.sleep_until(t);                          // awaitable on home; always suspends; returns early when stopping
  w.cancel_sleeps();                         // on home: every sleeper is due, now and from now on
  { w.host() } -> std::same_as<std::uint32_t>;  // this host's number among those of the job; 0 where alone
  w.meet(vote);                              // awaitable on home -> Vote: all hosts' votes, joined
  w.leave(vote);                             // on home: this host's last word at every meeting to come
  w.use_cpu(lane, t);                        // awaitable on the lane: occupy the client's CPU
  w.read_file(lane, file, n);                // awaitable -> Read: open, read n bytes (0: to the end), close
  w.read_at(lane, file, n, n);               // awaitable -> Read: (offset, length) of a file the world keeps open
  w.open(lane, file);                        // awaitable -> W::File, error() inside
  w.read(lane, handle, n, n);                // awaitable -> Read: (offset, length)
  w.close(lane, handle);                     // awaitable
  { handle.error() } -> std::same_as<int>;
  { w.new_batch(lane, n) } -> std::movable;  // batch memory for n bytes: append(span), failed()
};

// A World that can carry out the reads that one worker makes for a batch, one after another, as one operation: what
// simulation gains where nothing would happen in between. `locate(i)` is the i-th sample's place, i in [0, n).
template <class W>
concept ReadsSlices = World<W> && requires(W& w, LaneId lane, std::uint64_t n, SampleLocation (*locate)(std::uint64_t)) {
  { w.reads_slices() } -> std::same_as<bool>;   // whether it does so in this job
  w.read_slice(lane, n, locate);                // awaitable -> Read: bytes of all together
};
// clang-format on

}  // namespace aforo
