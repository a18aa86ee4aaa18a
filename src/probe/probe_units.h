// What a probe reads, cut into units that a reader takes one after another: whole samples, or pieces of
// shards that are read front to back. In a random order that does not repeat before all were read.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"
#include "dataset/layout.h"
#include "model/storage_spec.h"

namespace aforo {

// A piece of one file, front to back; a sample's place is the Layout's knowledge.
struct StreamPiece {
  FileId file = 0;
  std::uint64_t begin = 0, end = 0;
};

// The units of the first `files` files of a layout (all samples of these, or pieces). Immutable; thread-safe.
class ProbeUnits {
 public:
  // kStream: pieces are whole files, or cut at multiples of `request` where files are larger than 32 MiB or
  // there would be fewer than 128 units; at least 16 requests each. `layout` outlives it.
  ProbeUnits(const Layout& layout, ReadKind kind, FileId files, std::uint64_t request);

  std::uint64_t size() const { return size_; }
  // kFile, kRange.
  SampleId sample(std::uint64_t unit) const { return unit; }
  // Of these.
  std::uint64_t length(std::uint64_t unit) const { return layout_.locate(sample(unit)).length; }
  // kStream.
  StreamPiece piece(std::uint64_t unit) const;
  // The files that such units lie in, each once, rising.
  std::vector<FileId> files_of(const std::vector<std::uint64_t>& units) const;
  double mean_bytes() const { return mean_bytes_; }  // of a unit
  // Units that hold about so many bytes, at least 1, at most all.
  std::uint64_t holding(double bytes) const;

 private:
  const Layout& layout_;
  ReadKind kind_;
  std::uint64_t size_ = 0;
  std::uint64_t piece_bytes_ = 0;
  std::vector<std::uint64_t> first_piece_;  // of each file, and the end
  double mean_bytes_ = 0;
};

// Hands units out. `next` may be called from any thread, the rest while nobody else does.
class ProbeCursor {
 public:
  // `units` many; `wraps`: begins anew by itself, for reading from the cache.
  ProbeCursor(std::uint64_t units, std::uint64_t seed, bool wraps);

  std::optional<std::uint64_t> next();  // nothing: all were read
  // Without beginning anew; all of them where it wraps.
  std::uint64_t left() const;
  std::uint64_t taken() const { return size_ - (wraps_ ? 0 : left()); }
  // Handed out since the last rewind.
  std::vector<std::uint64_t> taken_units() const;
  // A new order of all of them.
  void rewind();

 private:
  std::uint64_t size_, seed_;
  bool wraps_;
  Permutation order_;
  std::atomic<std::uint64_t> at_{0};
};

}  // namespace aforo
