#include "dataset/checkpoint_layout.h"

#include <fmt/format.h>

namespace aforo {

CheckpointLayout::CheckpointLayout(std::uint32_t ranks, std::uint32_t files_per_rank)
    : ranks_(ranks), files_per_rank_(files_per_rank) {}

FileId CheckpointLayout::id(const File& file) const {
  return (file.checkpoint * ranks_ + file.rank) * files_per_rank_ + file.part;
}

CheckpointLayout::File CheckpointLayout::file(FileId id) const {
  const std::uint64_t of_ranks = id / files_per_rank_;
  return {of_ranks / ranks_, static_cast<std::uint32_t>(of_ranks % ranks_),
          static_cast<std::uint32_t>(id % files_per_rank_)};
}

std::size_t CheckpointLayout::path(FileId id, std::span<char, kMaxPath> out) const {
  const File of = file(id);
  const auto end = fmt::format_to_n(out.data(), kMaxPath - 1, "checkpoint-{:06}.rank-{:05}.part-{:02}.bin",
                                    of.checkpoint, of.rank, of.part);
  *end.out = '\0';
  return end.size;
}

}  // namespace aforo
