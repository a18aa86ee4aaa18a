// UringEngine's own frame, shared by its two sources: the loop, opening and reading
// (uring_engine.cc), and creating and writing (uring_writes.cc). Everybody else asks
// make_uring_engine (uring_engine.h), which says how it works.
//
//   start -> all_ / pending_ -> begin: a slot -> submit_* -> the kernel -> reap -> answer_*
//            -> push_ready, submit_* again (the next piece or step), or finish: done
#pragma once

#include <fcntl.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/beneath.h"
#include "storage/engine.h"
#include "storage/handle_table.h"
#include "storage/limits.h"
#include "storage/machine.h"
#include "storage/request_list.h"
#include "storage/ring.h"
#include "storage/slot_table.h"
#include "storage/wake_event.h"

namespace aforo {

class UringEngine final : public Engine {
 public:
  explicit UringEngine(const EngineOptions& options)
      : options_(options), patience_{options.timeout}, slots_(std::clamp(options.depth, 1u, kDeepest)) {
    options_.depth = static_cast<std::uint32_t>(slots_.size());
  }
  ~UringEngine() override;

  // Sets the ring up, once, on any thread: 0 or the errno of the kernel's refusal.
  int open(RingSetup setup);
  // Then, once: the directory that paths are relative to, closed by the destructor. Asks its type.
  void own_root(int root) { root_ = root, asks_a_server_ = opens_ask_a_server(root); }
  void start(IoRequest& request) override;
  std::size_t turn(Seconds patience) override;
  void wake() override { wake_event_.wake(); }
  void adopt(std::span<std::byte> memory) override { ring_.register_memory(memory); }
  std::size_t in_flight() const override { return all_.size(); }
  void hurry(Seconds most) override { patience_.most = most, next_sweep_ = Seconds{0}; }
  bool stuck() const override { return given_up_ > 0; }
  std::string_view name() const override { return "io_uring"; }

 private:
  // Bounds EngineOptions::depth: completions need twice the room, and the kernel's most is 2^16.
  static constexpr unsigned kDeepest = 1u << 15;

  // Prepares one group of steps: those that go on first, then requests that wait for a slot.
  void fill();
  // These return the bytes that the kernel will probably copy inside the submitting call.
  std::uint64_t begin(IoRequest& request);
  std::uint64_t go_on(std::uint32_t index);
  void submit_open(std::uint32_t index);
  std::uint64_t submit_read(std::uint32_t index);
  void submit_create(std::uint32_t index);
  std::uint64_t submit_write(std::uint32_t index);
  void submit_sync(std::uint32_t index);
  // Names: the directory is opened first, then asked by the name in it.
  void submit_parent(std::uint32_t index);
  void submit_name(std::uint32_t index);
  void answer_name(std::uint32_t index, int result);
  void close_file(std::uint32_t index);
  // Takes every completion that is there; calls `done`, from which requests may be started.
  void reap();
  void answer(std::uint32_t index, int result);
  void answer_open(std::uint32_t index, int result);
  void answer_read(std::uint32_t index, int result);
  void answer_write(std::uint32_t index, int result);
  // Ends a slot: closes what it opened, completes its request if it still has one, frees it.
  void finish(std::uint32_t index, int error);
  void complete(IoRequest& request, int error);
  void sleep(Seconds deadline);
  // Looks at the oldest requests. What is too old is cancelled, at the second sight given up.
  void sweep();
  void expire(IoRequest& request);
  void cancel(std::uint32_t index);
  bool more_to_submit() const { return slots_.any_ready() || (pending_ && slots_.any_free()); }

  WakeEvent wake_event_;  // outlives the ring that waits for it
  Ring ring_;
  int root_ = -1;
  EngineOptions options_;
  // How files are made, buffered and direct: the kernel reads them when it takes the entry.
  open_how create_how_ = beneath_how(create_flags(false) | O_CLOEXEC, kCreateMode);
  open_how create_direct_how_ = beneath_how(create_flags(true) | O_CLOEXEC, kCreateMode);
  open_how parent_how_ = beneath_how(O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  // The kernel has a table of direct descriptors, one for each slot.
  bool file_slots_ = false;
  // Opens, and direct writes, are made by a kernel thread: on this one they would hold up all else. Of a write that makes
  // a file longer FUSE waits for the answer inside the call (measured with 30 ms: one at a time, whatever was asked).
  bool asks_a_server_ = false;
  // Read once or twice a turn: what happens in between bears the same stamp.
  Seconds now_{0};
  Seconds next_sweep_{0};
  Patience patience_;

  SlotTable slots_;
  HandleTable handles_;
  // In the order of start; from `pending_` on not yet begun.
  RequestList all_;
  IoRequest* pending_ = nullptr;
  // In this turn.
  std::size_t completed_ = 0;
  // Bytes, a moving mean over some 16 reads: the size of files is often not known before, and
  // groups are bounded by it. Begins at an image's size.
  std::uint64_t typical_read_ = 128 << 10;
  bool in_turn_ = false;
  // Taken slots without a request: answers that the kernel still owes.
  std::size_t given_up_ = 0;
};

}  // namespace aforo
