// Server: a place on the way of a read that takes time. What a station of a StorageSpec becomes in virtual
// time.
//
// Owned by its ServerGroup; lives as long as the simulation. One thread. Random numbers are the server's own,
// so that a change elsewhere does not change what happens here.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "base/units.h"
#include "dataset/layout.h"

namespace aforo {

class Visit;

// A part of a read operation, as servers see it. A whole file or range is one piece; a file that is read
// request by request is the same operation in several: its beginning, then bytes.
struct Piece {
  FileId file = 0;
  double bytes = 0;
  bool begins = true;  // an operation begins: what it costs whatever its size
  bool opens = false;  // passes metadata
  double u = -1;       // place in the distribution of jitter, [0, 1); negative = drawn anew
  // Bytes that a curve's storage fetches for it, where that reads ahead: 0 where they are there already;
  // negative = `bytes`.
  double fetched = -1;
};

// What a server did until now.
struct ServerUse {
  double busy = 0;        // seconds, as a share of all it could do
  double in_flight = 0;   // integral over time of operations waiting or served
  double operations = 0;  // begun
};

class Server {
 public:
  virtual ~Server() = default;

  // What `piece` asks of it, in the server's own unit; 0 = passes at once. `way` as given when the route was
  // made.
  virtual double demand(const Piece& piece, std::uint32_t way) = 0;

  // The sum of `times` such demands.
  virtual double demand_of(const Piece& piece, std::uint32_t way, std::uint64_t times) {
    double sum = 0;
    for (std::uint64_t i = 0; i < times; ++i) sum += demand(piece, way);
    return sum;
  }

  // Keeps `visit` until `work` > 0 is done, then calls its go_on(). `operations` are counted as begun.
  virtual void hold(Visit& visit, double work, FileId file, std::uint32_t way, double operations) = 0;

  virtual ServerUse use() = 0;
};

// `file` dealt to one of `places`, the same way every time.
inline std::uint32_t place_of(FileId file, std::uint32_t places) {
  if (places <= 1) return 0;
  return static_cast<std::uint32_t>(((mix64(file) >> 32) * places) >> 32);
}

}  // namespace aforo
