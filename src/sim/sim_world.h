// SimWorld: the World of one job in virtual time. Satisfies World and ReadsSlices (pipeline/world.h).
//
// A lane is a client host. All run on one thread, so moving between executors takes no time and never
// suspends. Reads never fail. A file that is a sample is one operation of kind kFile, whether it is read at
// once or opened, read and closed: opening costs what is not proportional to size, and one draw of jitter
// holds for all of it. Reads of an open packed file are kStream, ranges kRange; only opening passes metadata
// there.
//
// What an operation of the World asks of the stations on its way (OperationPart):
//
//                                  metadata   per operation   bytes   caches asked
//   read_file                      yes        yes             all     once
//   open, of a file = a sample     yes        yes             none    once, for all its reads
//   read, of a file = a sample     no         no (*)          its own no: goes the way of the open
//   open, of a packed file         yes        no              none    no: goes past them
//   read, of a packed file         no         yes             its own every request
//   read_at                        no         yes             its own every request
//   close                          nothing at all
//
// (*) Past the page cache each request of a file is waited for, and pays what a station asks for one whatever
// its size (OperationPart::requests); its open then pays metadata alone. A curve's operation is still the file.
//
// The bytes of a packed file's request that storage has read ahead of already cost nothing there
// (ReadPaths::fetched).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <coroutine>
#include <cstdint>
#include <span>
#include <utility>

#include "base/random.h"
#include "pipeline/world.h"
#include "sim/clock.h"
#include "sim/sim_file.h"
#include "sim/sim_storage.h"
#include "sim/visit.h"
#include "workload/access.h"

namespace aforo {

// What the real World has and this one has not: bytes (data() is empty, so nothing can be checked),
// errors, descriptors, and other hosts to meet (it carries all hosts of its job). A lane
// is a host, and lane_of spreads ranks over hosts in blocks.
//
// Every operation is a Visit that lies in the awaiting coroutine's frame: no allocation, and one
// event per station that it waits at.
class SimWorld {
 public:
  static constexpr bool kOneThread = true;
  struct Read {
    std::uint64_t n = 0;
    int error() const { return 0; }
    std::uint64_t bytes() const { return n; }
    std::span<const std::byte> data() const { return {}; }
  };
  using File = SimFile;
  using Written = SimWritten;
  // Holds nothing: there are no bytes.
  struct Memory {
    bool failed() const { return false; }
    void append(std::span<const std::byte>) {}
  };
  // Of one job.
  struct Setup {
    StorageClient client;
    std::uint32_t ranks_per_host = 1;
    // Whether reads_slices() (SimSetup::aggregate).
    bool aggregate = true;
    // SimSetup::gather_hits.
    bool gather_hits = false;
    // Of its own: `cancel_sleeps` wakes this job's ranks and no other's.
    VirtualClock::Owner owner = 1;
    // Of the jitter of files that are opened, read and closed.
    std::uint64_t seed = 1;
  };

  // All outlive the world.
  SimWorld(VirtualClock& clock, ReadPaths& paths, const Setup& setup);

  Seconds now() const { return clock_.now(); }
  LaneId lanes() const { return setup_.client.hosts; }
  LaneId lane_of(std::uint32_t rank, std::uint64_t) const { return rank / setup_.ranks_per_host; }
  LaneId less_busy(LaneId lane) const { return lane; }
  std::suspend_never enter_lane(LaneId) const { return {}; }
  std::suspend_never go_home() const { return {}; }
  auto sleep_until(Seconds t) { return Sleep{*this, t}; }
  void cancel_sleeps() {
    awake_ = true;
    clock_.hasten(setup_.owner);
  }
  // One world carries all hosts of its job: they agree among themselves.
  std::uint32_t host() const { return 0; }
  auto meet(Vote vote) const {
    struct Agreed {
      Vote vote;
      bool await_ready() const noexcept { return true; }
      void await_suspend(std::coroutine_handle<>) const noexcept {}
      Vote await_resume() const noexcept { return vote; }
    };
    return Agreed{vote};
  }
  void leave(Vote) const {}
  WorkVisit use_cpu(LaneId lane, Seconds t) { return WorkVisit(host(lane), paths_.cpu(), t.value); }

  // The cache is asked, and takes the item, when the read is made, not when it ends: of two readers
  // of a file at the same time the second one hits.
  auto read_file(LaneId lane, FileId file, std::uint64_t n) {
    const std::uint64_t bytes = n ? n : size_of(file);
    const Route& route = paths_.way(host(lane), file, paths_.item_of(file, 0), bytes);
    return ReadVisit(host(lane), route, {file, static_cast<double>(bytes), true, true, -1}, bytes);
  }
  auto read_at(LaneId lane, FileId file, std::uint64_t offset, std::uint64_t n) {
    const Route& route = paths_.way(host(lane), file, paths_.item_of(file, offset), n);
    const double moved = static_cast<double>(paths_.moved(route, file, n));
    return ReadVisit(host(lane), route, {file, moved, true, false, -1}, n);
  }
  auto open(LaneId lane, FileId file) {
    OperationPart part{file, 0, whole_files(), true, -1};
    if (waits_for_each()) part.requests = 0;
    return OpenVisit(host(lane), opened(lane, file), part);
  }
  auto read(LaneId lane, const File& file, std::uint64_t offset, std::uint64_t n) {
    const std::uint64_t bytes = file.size ? std::min(n, file.size - std::min(offset, file.size)) : n;
    const Route* route = file.route;
    if (!whole_files()) route = &paths_.way(host(lane), file.id, paths_.item_of(file.id, offset), bytes);
    OperationPart part{file.id, static_cast<double>(paths_.moved(*route, file.id, bytes)), !whole_files(),
                       false, file.u};
    if (waits_for_each()) part.requests = 1;
    if (route == &paths_.miss(file.id) && part.bytes <= static_cast<double>(bytes))
      part.fetched = paths_.fetched(offset, bytes, file.size);
    return ReadVisit(host(lane), *route, part, bytes);
  }
  std::suspend_never close(LaneId, File&) const { return {}; }
  // Where the storage file does not say what such writing takes it is unknown, not free (kOutcomeUnknown). Else a file
  // costs what it costs whatever its size when it is created, and its bytes what they cost until they are on storage, where
  // they are synced, when they are written: that is when storage works for them.
  LaneId writer_lane(std::uint32_t rank) const { return lane_of(rank, 0); }
  auto create(LaneId lane, FileId file) const {
    return CreateVisit(host(lane), paths_.writes(),
                       {file, 0, nullptr, 0, paths_.writes() ? 0 : kOutcomeUnknown});
  }
  auto write(LaneId lane, const File& file, std::uint64_t offset, std::uint64_t n) const {
    return write_in(host(lane), paths_.writes(), file.id, offset, n);
  }
  auto sync(LaneId, const File&) const { return named(); }
  // Names are part of what a file takes.
  auto write_text(LaneId lane, const File& file, std::string_view) const {
    return write(lane, file, 0, 0);  // as small as files are
  }
  auto make_directory(LaneId, FileId) const { return named(); }
  auto rename(LaneId, FileId, FileId) const { return named(); }
  auto remove(LaneId, FileId) const { return named(); }
  auto remove_directory(LaneId, FileId) const { return named(); }
  auto sync_name(LaneId, FileId) const { return named(); }
  Memory new_batch(LaneId, std::uint64_t) const { return {}; }

  // With setup.aggregate. Where reads do not sum up (ReadPaths::sums_up) they are still made sample by
  // sample, in the same order and at the same times, but without a coroutine each.
  bool reads_slices() const { return setup_.aggregate; }
  // What a read of the lane asks first; at stage 1 what lies behind that.
  void fetch_lane(LaneId lane, int stage) const {
    stage == 0 ? paths_.fetch(host(lane)) : paths_.fetch_books(host(lane));
  }
  template <class Locate>
  auto read_slice(LaneId lane, std::uint64_t n, const Locate& locate) {
    return SliceVisit<Locate>(*this, host(lane), n, locate);
  }

 private:
  // Takes no time.
  template <class Outcome>
  struct Now {
    Outcome outcome;
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    Outcome await_resume() const noexcept { return outcome; }
  };
  Now<Written> named() const { return {{paths_.writes() ? 0 : kOutcomeUnknown, 0}}; }

  struct Sleep {
    SimWorld& world;
    Seconds until;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const {
      world.clock_.at(world.awake_ ? Seconds{0} : until, handle, world.setup_.owner);
    }
    void await_resume() const noexcept {}
  };

  // One part; yields its bytes.
  class ReadVisit final : public Visit {
   public:
    ReadVisit(HostId host, const Route& route, const OperationPart& part, std::uint64_t bytes)
        : Visit(host), bytes_(bytes) {
      take(route, part);
    }
    Read await_resume() const noexcept { return {bytes_}; }

   private:
    bool next() override { return false; }
    std::uint64_t bytes_;
  };

  // Metadata, and of a file that is one operation what it costs whatever its size; its bytes follow
  // with the reads.
  class OpenVisit final : public Visit {
   public:
    OpenVisit(HostId host, const File& file, OperationPart part) : Visit(host), file_(file) {
      part.u = file.u;
      take(*file.route, part);
    }
    File await_resume() const noexcept { return file_; }

   private:
    bool next() override { return false; }
    File file_;
  };

  // A worker's share of a batch.
  // Summed up it is one visit of all their work; else a visit after the other, each beginning where
  // the one before has left.
  template <class Locate>
  class SliceVisit final : public Visit {
   public:
    SliceVisit(SimWorld& world, HostId host, std::uint64_t n, const Locate& locate)
        : Visit(host), world_(world), locate_(locate), left_(n) {
      if (world_.paths_.sums_up()) {
        sum_up(n);
        return;
      }
      if (n > 0) look_ahead();
      next();
    }
    Read await_resume() const noexcept { return {bytes_}; }

   private:
    bool next() override {
      if (world_.gathers_hits_) return gather_hits();
      if (!more()) return false;
      const Route& route = way();
      take(route, part_of(world_.paths_.moved(route, at_.file, request())));
      advance();
      return true;
    }

    // What the next request asks: its host's cache and server, and the loader that says where the one after lies; then
    // what the cache knows of it.
    void fetch_behind(int stage) const override {
      if (left_ == 0 && rest_ == 0) return;
      if (stage > 1) return world_.paths_.fetch(host(), item_at(ahead_));
      world_.paths_.fetch(host());
      if constexpr (requires { locate_.fetch(); }) locate_.fetch();
    }
    ItemId item_at(const SampleLocation& at) const { return world_.paths_.item_of(at.file, at.offset); }

    std::uint64_t request() const { return std::min(rest_, world_.request_of(rest_)); }
    // Of the request at hand; asks the caches.
    const Route& way() { return world_.paths_.way(host(), at_.file, item_at(at_), request()); }
    void advance() {
      const std::uint64_t read = request();
      bytes_ += read;
      rest_ -= read;
      at_.offset += read;
    }
    // Where the next sample lies; what the cache knows of it is asked for before it is needed.
    void look_ahead() {
      ahead_ = locate_(index_++);
      world_.paths_.fetch(host(), item_at(ahead_));
    }
    // To the next sample, where this one is read; false where it was the last.
    bool more() {
      if (rest_ > 0) return true;
      if (left_ == 0) return false;
      at_ = ahead_;
      rest_ = world_.length_of(at_);
      if (--left_ > 0) look_ahead();
      return true;
    }

    // As one visit the requests from this one on that the nearest cache answers; then, by itself, the first that
    // it does not. Caches are asked for all of them now, for that one too: one that was asked again later would
    // have two chances.
    bool gather_hits() {
      const Route* hits = nullptr;
      double work = 0, operations = 0;
      while (other_ == nullptr && more()) {
        const Route& found = way();
        if (!world_.paths_.is_hit(found)) {
          other_ = &found;
          break;
        }
        hits = &found;
        for (const RouteStep& step : found)
          work += step.group->of(host()).demand(part_of(request()), step.way);
        ++operations;
        advance();
      }
      if (hits != nullptr) {
        take_summed(*hits, {work}, operations);
        return true;
      }
      if (other_ == nullptr) return false;
      const Route& other = *std::exchange(other_, nullptr);
      take(other, part_of(world_.paths_.moved(other, at_.file, request())));
      advance();
      return true;
    }

    OperationPart part_of(std::uint64_t bytes) const {
      OperationPart part{at_.file, static_cast<double>(bytes), true, at_.whole_file, -1};
      const LoaderSpec& loader = *world_.setup_.client.loader;
      if (world_.waits_for_each() && !is_one_request(loader, bytes))
        part.requests = std::ceil(static_cast<double>(bytes) / static_cast<double>(request_size(loader)));
      return part;
    }

    // O(1) where all samples are equal and nothing is drawn; else O(n) draws, but one event.
    void sum_up(std::uint64_t n) {
      const Route& route = world_.paths_.miss(0);
      std::array<double, kMostSummed> works{};
      const bool alike = world_.constant_ > 0 && world_.request_of(world_.constant_) == world_.constant_;
      if (alike) {
        at_.whole_file = world_.whole_files();
        add(route, world_.constant_, n, works);
      } else {
        for (std::uint64_t i = 0; i < n; ++i) {
          at_ = locate_(i);
          const std::uint64_t length = world_.length_of(at_);
          const std::uint64_t request = world_.request_of(length);
          if (length >= request) add(route, request, length / request, works);
          if (length % request) add(route, length % request, 1, works);
        }
      }
      left_ = 0;
      take_summed(route, works, static_cast<double>(n));
    }

    void add(const Route& route, std::uint64_t bytes, std::uint64_t times,
             std::array<double, kMostSummed>& works) {
      const OperationPart part = part_of(bytes);
      for (std::size_t i = 0; i < route.size(); ++i)
        works[i] += route[i].group->of(host()).demand_of(part, route[i].way, times);
      bytes_ += bytes * times;
    }

    SimWorld& world_;
    const Locate& locate_;
    std::uint64_t left_, index_ = 0;
    // The way of the request at hand, where it is known already.
    const Route* other_ = nullptr;
    SampleLocation at_, ahead_;
    std::uint64_t rest_ = 0, bytes_ = 0;
  };

  HostId host(LaneId lane) const { return setup_.client.first_host + lane; }
  // Past the page cache nobody reads a file ahead: each of its requests is waited for. So is each of an object store's client.
  bool waits_for_each() const {
    const LoaderSpec& loader = *setup_.client.loader;
    return whole_files() && (loader.read_mode == ReadMode::kDirect || loader.client != Client::kNone);
  }
  bool whole_files() const { return paths_.kind() == ReadKind::kFile; }
  std::uint64_t size_of(FileId file) const { return setup_.client.layout->file_size(file); }
  std::uint64_t length_of(const SampleLocation& at) const {
    return std::max<std::uint64_t>(at.length || !at.whole_file ? at.length : size_of(at.file), 1);
  }
  // Bytes of the requests that a sample of `length` is read in, as read_sample.h does it: a file is one
  // operation.
  std::uint64_t request_of(std::uint64_t length) const {
    const LoaderSpec& loader = *setup_.client.loader;
    return whole_files() || is_one_request(loader, length) ? length : request_size(loader);
  }
  File opened(LaneId lane, FileId file);

  VirtualClock& clock_;
  ReadPaths& paths_;
  const Setup setup_;
  Random random_;
  // Length of every sample; 0 = they differ.
  std::uint64_t constant_ = 0;
  // Whether a slice's reads that follow each other in the nearest cache are one visit.
  bool gathers_hits_ = false;
  // The job is stopping: whoever falls asleep is due at once.
  bool awake_ = false;
};

}  // namespace aforo
