#include "dataset/checkpoint_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace aforo {
namespace {

constexpr std::string_view kPrefix = "checkpoint-", kBeingWritten = ".writing";

char* write_name(const CheckpointShape& shape, const CheckpointLayout::File& of, char* out,
                 std::size_t room) {
  const CheckpointShape::File file = shape.file(of.rank, of.part);
  const CheckpointParallelism& p = shape.parallelism();
  const std::uint32_t group = p.tensor * p.pipeline;
  switch (shape.files_kind()) {
    case CheckpointFiles::kDcp:
    case CheckpointFiles::kDcpTensors:
      return fmt::format_to_n(out, room, "__{}_{}.distcp", of.rank, of.part).out;
    case CheckpointFiles::kTorch:
      return fmt::format_to_n(out, room, "checkpoint.pt").out;
    case CheckpointFiles::kSafetensors: {
      const std::uint64_t index = shape.first_file(of.rank) + of.part, weights = shape.weight_shards();
      if (index < weights)
        return fmt::format_to_n(out, room, "model-{:05}-of-{:05}.safetensors", index + 1, weights).out;
      return fmt::format_to_n(out, room, "optimizer-{:05}-of-{:05}.safetensors", index - weights + 1,
                              shape.optimizer_shards())
          .out;
    }
    case CheckpointFiles::kDlioV3:
      break;
  }
  if (file.part == CheckpointShape::Part::kLayer)
    return fmt::format_to_n(out, room, "layer_{}-model_{}_model_states.pt", file.layer, of.rank % p.tensor)
        .out;
  return fmt::format_to_n(out, room, "zero_pp_rank_{}_mp_rank_{}_{}_states.pt", of.rank / group,
                          of.rank % group, file.part == CheckpointShape::Part::kModel ? "model" : "optim")
      .out;
}

}  // namespace

CheckpointLayout::CheckpointLayout(const CheckpointShape& shape)
    : shape_(shape), files_(std::max<std::uint64_t>(shape_.files(), 1)) {}

FileId CheckpointLayout::id(const File& file) const {
  return file.checkpoint * files_ + shape_.first_file(file.rank) + file.part;
}

CheckpointLayout::File CheckpointLayout::file(FileId id) const {
  id = content_of(id);
  const std::uint64_t index = id % files_;
  std::uint32_t low = 0, high = shape_.ranks() - 1;  // the last rank whose first file is not beyond
  while (low < high) {
    const std::uint32_t middle = low + (high - low + 1) / 2;
    if (shape_.first_file(middle) <= index)
      low = middle;
    else
      high = middle - 1;
  }
  return {id / files_, low, static_cast<std::uint32_t>(index - shape_.first_file(low))};
}

std::size_t CheckpointLayout::path(FileId id, std::span<char, kMaxPath> out) const {
  const bool is_whole = (id & kWhole) != 0, is_directory = (id & kDirectory) != 0;
  const FileId proof = id & (kNewManifest | kManifest);
  const FileId number = id & (kManifest - 1);
  const File of = is_directory || proof ? File{number, 0, 0} : file(id);
  char* const end = out.data() + kMaxPath - 1;
  char* at = fmt::format_to_n(out.data(), kMaxPath - 1, "{}{:06}{}", kPrefix, of.checkpoint,
                              is_whole ? "" : kBeingWritten)
                 .out;
  const auto room = [&] { return static_cast<std::size_t>(end - at); };
  if (proof) {
    at = fmt::format_to_n(at, room(), "/{}{}", manifest_name(shape_.files_kind()),
                          proof == kNewManifest ? ".new" : "")
             .out;
  } else if (!is_directory) {
    *at++ = '/';
    at = write_name(shape_, of, at, room());
  }
  *at = '\0';
  return static_cast<std::size_t>(at - out.data());
}

std::optional<CheckpointName> checkpoint_of_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  std::string_view digits = name.substr(kPrefix.size());
  const bool whole = !digits.ends_with(kBeingWritten);
  if (!whole) digits.remove_suffix(kBeingWritten.size());
  std::uint64_t number = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (end.ec != std::errc{} || end.ptr != digits.data() + digits.size()) return std::nullopt;
  if (name != fmt::format("{}{:06}{}", kPrefix, number, whole ? "" : kBeingWritten)) return std::nullopt;
  return CheckpointName{number, whole};
}

bool is_checkpoint_file_name(std::string_view name) {
  for (const CheckpointFiles files : {CheckpointFiles::kDcp, CheckpointFiles::kTorch})
    if (name == manifest_name(files) || (name.starts_with(manifest_name(files)) && name.ends_with(".new")))
      return true;
  const auto is = [name](std::string_view begin, std::string_view end) {
    return name.starts_with(begin) && name.ends_with(end);
  };
  return name == "checkpoint.pt" || is("__", ".distcp") || is("layer_", "_states.pt") ||
         is("zero_pp_rank_", "_states.pt") || is("model-", ".safetensors") ||
         is("optimizer-", ".safetensors");
}

std::string_view manifest_name(CheckpointFiles files) {
  const bool dcp = files == CheckpointFiles::kDcp || files == CheckpointFiles::kDcpTensors;
  return dcp ? ".metadata" : "aforo-checkpoint.json";
}

}  // namespace aforo
