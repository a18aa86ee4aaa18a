// Server: a place on the way of a read that takes time. What a station of a StorageSpec becomes in virtual
// time.
//
// Owned by its ServerGroup; lives as long as the simulation. One thread. Random numbers are the server's own,
// so that a change elsewhere does not change what happens here.
//
// Two questions, not one: `demand` says what a part asks for, `hold` makes somebody wait for it.
// So the demands of many reads can be added up and waited for at once where that changes nothing
// (SimWorld::read_slice), without knowing the kind of station.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "base/units.h"
#include "dataset/layout.h"
#include "pipeline/frame_pool.h"

namespace aforo {

class Visit;

// A part of a read operation, as servers see it. A whole file or range is one; a file that is read
// request by request is the same operation in several: its beginning, then bytes.
// What is here decides what it costs anywhere: servers know nothing of jobs, caches or batches.
struct OperationPart {
  // Decides which of several disks or pipes it goes to (place_of); nothing else.
  FileId file = 0;
  // >= 0; of an operation in several parts, this one's.
  double bytes = 0;
  // An operation begins: what it costs whatever its size. Exactly one part of an operation says
  // so, and it is the one that is counted.
  bool begins = true;
  // Passes metadata: a file is looked up. Stations that are none ignore it.
  bool opens = false;
  // Place in the distribution of jitter, [0, 1): one draw for all parts of an operation, as a slow
  // file is slow throughout. Negative = drawn anew.
  double u = -1;
  // Bytes that a curve's storage fetches for it, where that reads ahead: 0 where they are there already;
  // negative = `bytes`.
  double fetched = -1;
  // Requests of the loader that it stands for, each waited for before the next is made (a file that is read past
  // the page cache); negative = one where an operation begins, as the kernel reads the rest ahead.
  double requests = -1;

  double waits() const { return requests >= 0 ? requests : begins ? 1 : 0; }
};

// What a server did until now.
// Sums since the beginning: divided by the time that went by they are means (busy share, mean
// number, rate).
struct ServerUse {
  // Seconds, as a share of all that it could do: with four disks, one busy for a second is 0.25 s.
  double busy = 0;
  // Integral over time of operations waiting or served, in operation-seconds.
  double in_flight = 0;
  // Begun. Stations that cut an operation into requests count requests.
  double operations = 0;
};

class Server {
 public:
  virtual ~Server() = default;
  // Beside the frames of a simulation's coroutines (FrameArena).
  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* server, std::size_t bytes) { release_frame(server, bytes); }

  // What `part` asks of it, in the server's own unit; 0 = passes at once. `way` as given when the route was
  // made.
  // Draws its random numbers here, so a demand that was asked for is used, once.
  virtual double demand(const OperationPart& part, std::uint32_t way) = 0;

  // The sum of `times` such demands.
  // Of `times` operations one after another; constant time where nothing is drawn.
  virtual double demand_of(const OperationPart& part, std::uint32_t way, std::uint64_t times) {
    double sum = 0;
    for (std::uint64_t i = 0; i < times; ++i) sum += demand(part, way);
    return sum;
  }

  // Keeps `visit` until `work` > 0 is done, then calls its go_on(). `operations` are counted as begun.
  // `file` tells which of several disks or pipes; `way` which class. `visit` lies in the frame of
  // who waits; it goes on from within the clock, never from within this call.
  virtual void hold(Visit& visit, double work, FileId file, std::uint32_t way, double operations) = 0;

  // Up to now; servers in order of arrival count a customer in full when it comes, so at the end of
  // a job what is still under way is a little ahead of the clock.
  virtual ServerUse use() = 0;
};

// `file` dealt to one of `places`, the same way every time.
// Even over many files, [0, places): a stand-in for placement by hash. Not balanced over few files,
// as the real one is not.
inline std::uint32_t place_of(FileId file, std::uint32_t places) {
  if (places <= 1) return 0;
  return static_cast<std::uint32_t>(((mix64(file) >> 32) * places) >> 32);
}

}  // namespace aforo
