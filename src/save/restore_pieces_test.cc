#include "save/restore_pieces.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

// 1,000 parameters on 4 ranks: 3,500 bytes each, of which 500 are weights.
CheckpointLayout layout_of_four() {
  CheckpointSpec spec;
  spec.parameters = 1000;
  return CheckpointLayout(CheckpointShape::make(spec, 4).value());
}
FileId file_of(std::uint32_t rank) { return CheckpointLayout::whole(layout_of_four().id({5, rank, 0})); }
using Pieces = std::vector<std::vector<RestorePiece>>;

TEST(RestorePieces, AreARanksOwnOrAnothers) {
  EXPECT_EQ(restore_pieces(layout_of_four(), 5, RestoreAs::kOwn, 0),
            (Pieces{{{file_of(0), 3500}}, {{file_of(1), 3500}}, {{file_of(2), 3500}}, {{file_of(3), 3500}}}));
  EXPECT_EQ(restore_pieces(layout_of_four(), 5, RestoreAs::kShifted, 0),
            (Pieces{{{file_of(1), 3500}}, {{file_of(2), 3500}}, {{file_of(3), 3500}}, {{file_of(0), 3500}}}));
}

TEST(RestorePieces, MayBeTheWeightsAlone) {
  EXPECT_EQ(restore_pieces(layout_of_four(), 5, RestoreAs::kWeights, 0)[2],
            (std::vector<RestorePiece>{{file_of(2), 500}}));
}

// Onto 8 ranks: each needs half a file and reads it whole, twice the bytes. Onto 3: rank 0 needs 4,666 bytes, which lie in
// files 0 and 1; rank 1 those up to 9,333, in files 1 and 2; rank 2 the rest.
TEST(RestorePieces, OfOtherRanksAreTheFilesThatHoldTheirPart) {
  const Pieces eight = restore_pieces(layout_of_four(), 5, RestoreAs::kResharded, 8);
  for (std::uint32_t rank = 0; rank < 8; ++rank)
    EXPECT_EQ(eight[rank], (std::vector<RestorePiece>{{file_of(rank / 2), 3500}})) << rank;
  EXPECT_EQ(restore_pieces(layout_of_four(), 5, RestoreAs::kResharded, 3),
            (Pieces{{{file_of(0), 3500}, {file_of(1), 3500}},
                    {{file_of(1), 3500}, {file_of(2), 3500}},
                    {{file_of(2), 3500}, {file_of(3), 3500}}}));
  EXPECT_EQ(restore_pieces(layout_of_four(), 5, RestoreAs::kResharded, 1)[0].size(), 4u);
}

}  // namespace
}  // namespace aforo
