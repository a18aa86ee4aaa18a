// World: all that the training job needs of the place it runs in. The real world (world/real_world.h), the
// simulated one (sim/sim_world.h) and the one for tests (test_world.h) carry out the same coroutines, and one
// suite holds all three to what stands here (world_contract.h).
//
// Executors. All state of ranks (queues, barriers, accelerators) lives on one executor, "home". Bytes are
// moved on "lanes" (the real world: one I/O loop per core). A coroutine moves with `enter_lane(i)` /
// `go_home()`; it is then run by that executor's thread, so nothing in the pipeline is locked. Where one
// thread does it all (simulated, test), moving takes no time.
//
// Errors are data: `error()` of an outcome is an errno, 0 for success. No member throws. Buffers belong to
// the outcome and are returned to the lane when it is destroyed, on that lane: an outcome goes before its
// coroutine leaves.
//
// Files are numbered by whom the lane serves: the dataset's Layout where readers read (`lane_of`), the
// CheckpointLayout where checkpoints are written (`writer_lane`), which numbers directories too.
//
// Hosts. A job may be spread over several, each with a World of its own. What binds them all is agreed at
// meetings (vote.h): each host comes once, whatever its number of ranks, and all hear the same outcome.
//
// A worker's way, in every loader: the braces see to it that the outcome, and the buffer in it,
// goes on its own lane.
//
//   co_await world.enter_lane(lane);
//   {
//     const auto read = co_await world.read_file(lane, file, bytes);
//     ...
//   }
//   co_await world.go_home();
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/units.h"
#include "dataset/layout.h"
#include "pipeline/vote.h"

namespace aforo {

// [0, lanes()) for reading; a World may have more that only write.
using LaneId = std::uint32_t;

// In place of an errno: this World cannot say what the operation does or takes, so it has not been carried
// out and took no time. It is the caller's to say so, and not to take it for free; no errno is negative.
inline constexpr int kOutcomeUnknown = -1;

// clang-format off
template <class R>
concept ReadOutcome = std::movable<R> && requires(const R& r) {
  { r.error() } -> std::same_as<int>;
  // Read; fewer than asked only at the end of the file, or with an error.
  { r.bytes() } -> std::same_as<std::uint64_t>;
  // As many as bytes(), or empty where there is no real data (simulated, null). Lent: gone with the
  // outcome.
  { r.data() } -> std::same_as<std::span<const std::byte>>;
};

template <class R>
concept WriteOutcome = std::movable<R> && requires(const R& r) {
  { r.error() } -> std::same_as<int>;
  // Written; fewer than asked only with an error, as when a disk fills up in the middle.
  { r.bytes() } -> std::same_as<std::uint64_t>;
};

template <class W>
concept World = requires(W& w, LaneId lane, std::uint32_t rank, FileId file, std::uint64_t n,
                         typename W::File handle, Seconds t, Vote vote, std::string_view text) {
  requires ReadOutcome<typename W::Read>;
  requires WriteOutcome<typename W::Written>;

  // Time: monotonic, in seconds since whenever; callable on any executor.
  { w.now() } -> std::same_as<Seconds>;

  // Where things happen. `rank` is a place among the ranks here, 0 to here - 1.
  { w.lanes() } -> std::same_as<LaneId>;            // that readers read on, >= 1
  { w.lane_of(rank, n) } -> std::same_as<LaneId>;   // of the n-th reader here, who reads for that rank
  // Where a reader of that lane goes on: there, or on one with fewer readers. At home or on that lane.
  { w.less_busy(lane) } -> std::same_as<LaneId>;
  { w.writer_lane(rank) } -> std::same_as<LaneId>;  // where that rank writes; may lie beyond lanes()
  w.enter_lane(lane);                               // awaitable, from any executor
  w.go_home();                                      // awaitable, from any executor

  // On home. A sleep always suspends, never ends early, and sleepers wake in the order of their deadlines;
  // but after `cancel_sleeps` (the job is stopping) every sleeper is due, now and from now on.
  w.sleep_until(t);                                 // awaitable
  w.cancel_sleeps();

  // On home: meetings of all hosts. One at a time; `vote` is this host's. Every vote that is given is joined
  // into the outcome; after `leave` this host comes no more, and its last word stands for it at every meeting
  // to come, and at one that it waits at just now, which then ends soon. `leave` resumes nobody by itself.
  // Alone, a host hears what it said, without suspending.
  { w.host() } -> std::same_as<std::uint32_t>;      // this one's number among those of the job; alone: 0
  w.meet(vote);                                     // awaitable -> Vote
  w.leave(vote);

  // On the lane: occupies the client's CPU for as long; where that takes real time, until `cancel_sleeps` at most.
  w.use_cpu(lane, t);                               // awaitable

  // On the lane: reading. A file that is not there is an error of whatever touches it first (ENOENT).
  w.read_file(lane, file, n);                       // awaitable -> Read: open, n bytes (0: to the end), close
  // Awaitable -> Read: (offset, length) of a file that the World keeps open between reads, as long
  // as it has room for open files.
  w.read_at(lane, file, n, n);
  // Awaitable -> W::File, for its holder to close; one with an error need not be closed.
  w.open(lane, file);
  w.read(lane, handle, n, n);                       // awaitable -> Read: (offset, length)
  w.close(lane, handle);                            // awaitable
  { handle.error() } -> std::same_as<int>;
  // Memory for n bytes of a batch, which may be moved home and released there: append(span) copies,
  // failed() = there is none.
  { w.new_batch(lane, n) } -> std::movable;

  // On a writer's lane: writing. What the bytes are is the World's affair; how many and where is the
  // caller's. Operations of one file follow each other: who wants a sync to cover a write waits for the write
  // first.
  w.create(lane, file);                             // awaitable -> W::File: new, empty; EEXIST where one is
  w.write(lane, handle, n, n);                      // awaitable -> Written: (offset, length)
  w.sync(lane, handle);                             // awaitable -> Written: all is on storage; bytes() is 0
  w.write_text(lane, handle, text);                 // awaitable -> Written: these bytes, from the file's begin on
  // On a writer's lane: names, by the numbers of what has them or shall have them. Nothing is ever replaced (EEXIST).
  w.make_directory(lane, file);                     // awaitable -> Written, as all of these; bytes() is 0
  w.rename(lane, file, file);                       // from, to: in the same directory, in one step
  w.remove(lane, file);                             // a file
  w.remove_directory(lane, file);                   // an empty one
  w.sync_name(lane, file);                          // what is called so, or no longer is, is so on storage
};

// A World whose lanes are all run by one thread says so: lanes then need no statistics of their own, which of
// ten thousand hosts would be most of the memory.
template <class W>
concept RunsOnOneThread = World<W> && W::kOneThread;

// A World that can carry out the reads that one worker makes for a batch, one after another, as one
// operation: what simulation gains where nothing would happen in between. `locate(i)` is the i-th sample's
// place, i in [0, n); it is called before the awaitable is done, and not after.
template <class W>
concept ReadsSlices = World<W> && requires(W& w, LaneId lane, std::uint64_t n,
                                           SampleLocation (*locate)(std::uint64_t)) {
  { w.reads_slices() } -> std::same_as<bool>;       // whether it does so in this job
  // Awaitable -> Read: bytes of all together. Nobody looks at its error: reads of such a World do
  // not fail.
  w.read_slice(lane, n, locate);
};
// A World that can be told which lane is read on soon: it asks for the memory of what it keeps of that lane.
template <class W>
concept FetchesLanes = World<W> && requires(W& w, LaneId lane) { w.fetch_lane(lane, 0); };
// clang-format on

}  // namespace aforo
