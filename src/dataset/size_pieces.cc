#include "dataset/size_pieces.h"

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

// Chosen: a share of the samples or of the bytes that a piece may misplace, and how many pieces a person
// and a parser still take; with these the whole stays within kGoodFit.
constexpr double kGoodPiece = 0.01;
constexpr std::size_t kMostPieces = 100;

// Buckets [first, last] as one straight piece.
struct Piece {
  std::size_t first = 0, last = 0;
  double error = 0;     // the larger of both shares that it misplaces
  std::size_t cut = 0;  // after which bucket it is the largest
};

class Pieces {
 public:
  explicit Pieces(const SizeSummary& summary) : buckets_(summary.buckets()) {
    counts_.push_back(0);
    bytes_.push_back(0);
    for (const SizeSummary::Bucket& bucket : buckets_) {
      counts_.push_back(counts_.back() + bucket.count);
      bytes_.push_back(bytes_.back() + bucket.bytes);
    }
    pieces_.push_back(piece(0, buckets_.size() - 1));
    while (pieces_.size() < kMostPieces) {
      const auto worst = std::max_element(pieces_.begin(), pieces_.end(),
                                          [](const Piece& a, const Piece& b) { return a.error < b.error; });
      if (worst->error <= kGoodPiece || worst->first == worst->last) break;
      const Piece whole = *worst;
      *worst = piece(whole.first, whole.cut);
      pieces_.insert(worst + 1, piece(whole.cut + 1, whole.last));
    }
  }

  Law law() const {
    Law law;
    law.kind = LawKind::kEmpirical;
    for (const Piece& piece : pieces_) {
      const auto [low, high] = ends(piece);
      add(law, counts_[piece.first] / counts_.back(), low);
      add(law, counts_[piece.last + 1] / counts_.back(), high);
    }
    law.shares.back() = 1;
    return law;
  }

 private:
  double mean(const Piece& piece) const {
    return (bytes_[piece.last + 1] - bytes_[piece.first]) / (counts_[piece.last + 1] - counts_[piece.first]);
  }

  // Its sizes' ends, one of them moved so that the middle is their mean.
  std::pair<double, double> ends(const Piece& piece) const {
    const double low = buckets_[piece.first].low, high = buckets_[piece.last].high, middle = mean(piece);
    const double up = 2 * middle - low;
    if (up < low) return {middle, middle};  // by rounding alone
    return up <= high ? std::pair(low, up) : std::pair(std::clamp(2 * middle - high, low, middle), high);
  }

  // Along the piece, what lies below each bucket's upper edge beside what the straight line says.
  Piece piece(std::size_t first, std::size_t last) const {
    Piece out{first, last, 0, first};
    const auto [low, high] = ends(out);
    const double count = counts_[last + 1] - counts_[first];
    for (std::size_t i = first; i < last; ++i) {
      const double part = (counts_[i + 1] - counts_[first]) / count;
      const auto line = [low = low, high = high](double size) {
        if (high <= low) return size < low ? 0.0 : 1.0;
        return std::clamp((size - low) / (high - low), 0.0, 1.0);
      };
      // A gap up to the next bucket holds nothing: both of its edges count.
      const double shares =
          count / counts_.back() *
          std::max(std::abs(line(buckets_[i].high) - part), std::abs(line(buckets_[i + 1].low) - part));
      const double said = count * part * (low + (high - low) * part / 2);
      const double bytes = std::abs(said - (bytes_[i + 1] - bytes_[first])) / std::max(bytes_.back(), 1.0);
      const double error = std::max(shares, bytes);
      if (error > out.error) {
        out.error = error;
        out.cut = i;
      }
    }
    return out;
  }

  static void add(Law& law, double share, double value) {
    if (!law.quantiles.empty() && law.quantiles.back() == value && law.shares.back() == share) return;
    law.quantiles.push_back(value);
    law.shares.push_back(share);
  }

  std::vector<SizeSummary::Bucket> buckets_;
  std::vector<double> counts_, bytes_;  // of all buckets before
  std::vector<Piece> pieces_;
};

}  // namespace

Law fit_pieces(const SizeSummary& summary) { return Pieces(summary).law(); }

}  // namespace aforo
