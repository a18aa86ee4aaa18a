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

// A piece of one file, read front to back: bytes [begin, end). Where samples lie in it does not
// matter: that is the Layout's knowledge.
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

  // How many; units are numbered [0, size()).
  std::uint64_t size() const { return size_; }
  // kFile, kRange.
  SampleId sample(std::uint64_t unit) const { return unit; }
  // Bytes of such a unit. Of a piece: end - begin.
  std::uint64_t length(std::uint64_t unit) const { return layout_.locate(sample(unit)).length; }
  // kStream.
  StreamPiece piece(std::uint64_t unit) const;
  // The files that such units lie in, each once, rising.
  std::vector<FileId> files_of(const std::vector<std::uint64_t>& units) const;
  // Of a unit; 0 where there are none.
  double mean_bytes() const { return mean_bytes_; }
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

// Hands units out in a random order, each once before any comes again. `next` may be called from
// any thread, the rest while nobody else does.
class ProbeCursor {
 public:
  // `units` many; `wraps`: begins anew by itself, for reading from the cache.
  ProbeCursor(std::uint64_t units, std::uint64_t seed, bool wraps);
  // Of the order that others take parts of too, every `parts`-th from `part` on: together they hand out each once.
  ProbeCursor(std::uint64_t units, std::uint64_t seed, std::uint32_t part, std::uint32_t parts);
  // These units and no others, each once and in that order, also after a rewind.
  explicit ProbeCursor(std::vector<std::uint64_t> chosen);

  // Lock-free. Nothing: all were read.
  std::optional<std::uint64_t> next();
  // Without beginning anew; all of them where it wraps.
  std::uint64_t left() const;
  // Since the last rewind; 0 where it wraps, whose units nobody needs to drop from the cache.
  std::uint64_t taken() const { return size_ - (wraps_ ? 0 : left()); }
  // Handed out since the last rewind.
  std::vector<std::uint64_t> taken_units() const;
  // A new order of all of them.
  void rewind();

 private:
  std::uint64_t unit_at(std::uint64_t at) const {
    return chosen_.empty() ? order_(at * parts_ + part_) : chosen_[at];
  }

  std::uint64_t all_, size_, seed_;  // units of all parts, and of this one
  std::uint64_t part_ = 0, parts_ = 1;
  bool wraps_;
  Permutation order_;
  std::vector<std::uint64_t> chosen_;  // empty = in `order_`
  std::atomic<std::uint64_t> at_{0};
};

}  // namespace aforo
