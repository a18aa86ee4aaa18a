// Cores that a known number of customers share, at most one each: how many of them are there at a throughput.
//
// The machine repair model, M/M/c//K: K customers are elsewhere for some time, exponential or not, and then want a
// core for some time; which of these laws they are does not matter where cores are shared equally (BCMP: Baskett,
// Chandy, Muntz, Palacios 1975). As many as there are cores never wait; an open queue before c cores has them wait at
// any load. Reckoned once for each (c, K) and interpolated from then on: microseconds, then some 10 ns. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace aforo {

class SharedCores {
 public:
  // Of `cores` and `customers`, both >= 1. Kept for the life of the process.
  static std::shared_ptr<const SharedCores> of(std::uint32_t cores, std::uint32_t customers);

  SharedCores(std::uint32_t cores, std::uint32_t customers);

  std::uint32_t cores() const { return cores_; }
  std::uint32_t customers() const { return customers_; }

  bool anyone_waits() const { return customers_ > cores_; }

  // Mean customers there, working or not, and their growth, where `busy` cores work on average: throughput x demand,
  // below `cores`, and below `customers`. Grows with it.
  struct There {
    double customers = 0, slope = 1;
  };
  There at(double busy) const;

 private:
  struct Point {
    double busy, waiting;
  };
  std::uint32_t cores_, customers_;
  std::vector<Point> points_;  // from none busy to all; empty where nobody ever waits
  // By equal parts of the cores: the first point behind the one below which the part begins.
  std::vector<std::uint16_t> first_behind_;
};

}  // namespace aforo
