#include "probe/probe_units.h"

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

// Chosen: long enough for a read-ahead to be in full swing.
constexpr std::uint64_t kPieceBytes = 32u << 20;
// Chosen: so many readers can each have a piece; fewer would bound the levels.
constexpr std::uint64_t kWantedPieces = 128;
// Of a piece. Chosen: its first request, where nothing is read ahead yet, is then a small part.
constexpr std::uint64_t kLeastRequests = 16;

std::uint64_t ceiling(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

}  // namespace

ProbeUnits::ProbeUnits(const Layout& layout, ReadKind kind, FileId files, std::uint64_t request)
    : layout_(layout), kind_(kind) {
  if (kind != ReadKind::kStream) {
    size_ = files == layout.files() ? layout.samples()
            : files == 0            ? 0
                                    : layout.first_sample(files - 1) + layout.samples_in(files - 1);
    mean_bytes_ = layout.mean_sample();
    return;
  }
  std::uint64_t total = 0;
  for (FileId file = 0; file < files; ++file) total += layout.file_size(file);
  const std::uint64_t wanted = std::min(kPieceBytes, total / kWantedPieces);
  piece_bytes_ = std::max(wanted / request, kLeastRequests) * request;
  first_piece_.push_back(0);
  for (FileId file = 0; file < files; ++file)
    first_piece_.push_back(first_piece_.back() + ceiling(layout.file_size(file), piece_bytes_));
  size_ = first_piece_.back();
  if (size_) mean_bytes_ = static_cast<double>(total) / static_cast<double>(size_);
}

StreamPiece ProbeUnits::piece(std::uint64_t unit) const {
  const auto after = std::upper_bound(first_piece_.begin(), first_piece_.end(), unit);
  const auto file = static_cast<FileId>(after - first_piece_.begin() - 1);
  const std::uint64_t begin = (unit - first_piece_[file]) * piece_bytes_;
  return {file, begin, std::min(begin + piece_bytes_, layout_.file_size(file))};
}

std::vector<FileId> ProbeUnits::files_of(const std::vector<std::uint64_t>& units) const {
  std::vector<FileId> files;
  for (const std::uint64_t unit : units)
    files.push_back(kind_ == ReadKind::kStream ? piece(unit).file : layout_.locate(sample(unit)).file);
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

std::uint64_t ProbeUnits::holding(double bytes) const {
  if (size_ == 0 || mean_bytes_ <= 0) return size_;
  const double units = std::floor(bytes / mean_bytes_);
  return units >= static_cast<double>(size_) ? size_
                                             : std::max<std::uint64_t>(static_cast<std::uint64_t>(units), 1);
}

ProbeCursor::ProbeCursor(std::uint64_t units, std::uint64_t seed, bool wraps)
    : all_(units),
      size_(units),
      seed_(seed),
      wraps_(wraps),
      order_(std::max<std::uint64_t>(units, 1), seed) {}

ProbeCursor::ProbeCursor(std::uint64_t units, std::uint64_t seed, std::uint32_t part, std::uint32_t parts)
    : ProbeCursor(units, seed, false) {
  part_ = part, parts_ = parts;
  size_ = part < units ? (units - part + parts - 1) / parts : 0;
}

ProbeCursor::ProbeCursor(std::vector<std::uint64_t> chosen) : ProbeCursor(chosen.size(), 1, false) {
  chosen_ = std::move(chosen);
}

std::optional<std::uint64_t> ProbeCursor::next() {
  const std::uint64_t at = at_.fetch_add(1, std::memory_order_relaxed);
  if (size_ == 0 || (at >= size_ && !wraps_)) return std::nullopt;
  return unit_at(at % size_);
}

std::uint64_t ProbeCursor::left() const {
  if (wraps_) return size_;
  return size_ - std::min(size_, at_.load(std::memory_order_relaxed));
}

std::vector<std::uint64_t> ProbeCursor::taken_units() const {
  std::vector<std::uint64_t> units;
  const std::uint64_t end = std::min(size_, at_.load(std::memory_order_relaxed));
  for (std::uint64_t at = 0; at < end; ++at) units.push_back(unit_at(at));
  return units;
}

void ProbeCursor::rewind() {
  seed_ = mix64(seed_);
  order_ = Permutation(std::max<std::uint64_t>(all_, 1), seed_);
  at_.store(0, std::memory_order_relaxed);
}

}  // namespace aforo
