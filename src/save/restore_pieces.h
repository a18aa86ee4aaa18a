// Which files each rank of a restoring job reads. Pure.
//
//   own        each rank the files that it wrote
//   shifted    each rank those of the one that comes `shift` after it: the next, or, over several hosts, one of the next host, so
//              that nothing of them is in its memory
//   resharded  by another number of ranks, each of which needs its even share of all bytes, in the order of files: it reads
//              every file whole that holds some of them, as programs do that load a stored tensor and keep a part
//   weights    each rank the weights of its own files, without the optimizer
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dataset/checkpoint_layout.h"
#include "pipeline/restore.h"

namespace aforo {

enum class RestoreAs { kOwn, kShifted, kResharded, kWeights };
constexpr std::string_view to_string(RestoreAs as) {
  constexpr std::string_view kWords[] = {"own", "shifted", "resharded", "weights"};
  return kWords[static_cast<std::size_t>(as)];
}

// Of the checkpoint with that number, whole. `ranks`: that restore it, with kResharded; others have those of the layout.
std::vector<std::vector<RestorePiece>> restore_pieces(const CheckpointLayout& layout, std::uint64_t number,
                                                      RestoreAs as, std::uint32_t ranks,
                                                      std::uint32_t shift = 1);

}  // namespace aforo
