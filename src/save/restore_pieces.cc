#include "save/restore_pieces.h"

#include <algorithm>

namespace aforo {
namespace {

FileId whole_file(const CheckpointLayout& layout, std::uint64_t number, std::uint32_t rank,
                  std::uint32_t part) {
  return CheckpointLayout::whole(layout.id({number, rank, part}));
}

std::vector<RestorePiece> pieces_of(const CheckpointLayout& layout, std::uint64_t number, std::uint32_t rank,
                                    bool weights) {
  const CheckpointShape& shape = layout.shape();
  std::vector<RestorePiece> out;
  for (std::uint32_t part = 0; part < shape.files_of(rank); ++part) {
    const CheckpointShape::File file = shape.file(rank, part);
    const std::uint64_t bytes = weights ? file.weight_bytes : file.bytes;
    if (bytes > 0) out.push_back({whole_file(layout, number, rank, part), bytes});
  }
  return out;
}

std::vector<std::vector<RestorePiece>> resharded(const CheckpointLayout& layout, std::uint64_t number,
                                                 std::uint32_t ranks) {
  const CheckpointShape& shape = layout.shape();
  const double each = static_cast<double>(shape.bytes().value) / ranks;
  std::vector<std::vector<RestorePiece>> out(ranks);
  std::uint64_t begin = 0;
  for (std::uint32_t rank = 0; rank < shape.ranks(); ++rank)
    for (std::uint32_t part = 0; part < shape.files_of(rank); ++part) {
      const std::uint64_t bytes = shape.file(rank, part).bytes;
      if (bytes == 0) continue;
      const auto first = static_cast<std::uint32_t>(static_cast<double>(begin) / each);
      const auto last = static_cast<std::uint32_t>(static_cast<double>(begin + bytes - 1) / each);
      for (std::uint32_t reader = first; reader <= std::min(last, ranks - 1); ++reader)
        out[reader].push_back({whole_file(layout, number, rank, part), bytes});
      begin += bytes;
    }
  return out;
}

}  // namespace

std::vector<std::vector<RestorePiece>> restore_pieces(const CheckpointLayout& layout, std::uint64_t number,
                                                      RestoreAs as, std::uint32_t ranks,
                                                      std::uint32_t shift) {
  if (as == RestoreAs::kResharded) return resharded(layout, number, ranks);
  const std::uint32_t all = layout.shape().ranks();
  std::vector<std::vector<RestorePiece>> out(all);
  for (std::uint32_t rank = 0; rank < all; ++rank)
    out[rank] = pieces_of(layout, number, as == RestoreAs::kShifted ? (rank + shift) % all : rank,
                          as == RestoreAs::kWeights);
  return out;
}

}  // namespace aforo
