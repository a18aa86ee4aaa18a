#include "dataset/checkpoint_manifest.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using CheckpointJson = nlohmann::ordered_json;

constexpr std::string_view kCheckpointSchema = "aforo-checkpoint/1", kPlaceSchema = "aforo-checkpoints/1";

}  // namespace

std::string checkpoints_marker_text() { return CheckpointJson{{"schema", kPlaceSchema}}.dump(2) + "\n"; }

CheckpointSpec with_ranks(CheckpointSpec spec, const CheckpointShape& shape) {
  const CheckpointParallelism& p = shape.parallelism();
  spec.ranks = p.ranks, spec.tensor_parallel = p.tensor, spec.pipeline_parallel = p.pipeline;
  spec.data_parallel = p.data;
  spec.zero = static_cast<CheckpointZero>(static_cast<std::uint32_t>(CheckpointZero::k0) + p.zero);
  return spec;
}

std::string write_checkpoint_manifest(const CheckpointManifest& manifest) {
  const auto shape = CheckpointShape::make(manifest.spec, 1).value_or(CheckpointShape{});
  return CheckpointJson{{"schema", kCheckpointSchema},
                        {"number", manifest.number},
                        {"files", shape.files()},
                        {"bytes", shape.bytes().value},
                        {"content_key", fmt::format("{:016x}", manifest.content_key)},
                        {"content_crc32c", manifest.content_checksum},
                        {"checkpoint", checkpoint_to_yaml(manifest.spec)}}
             .dump(2, ' ', false, CheckpointJson::error_handler_t::replace) +
         "\n";
}

tl::expected<CheckpointManifest, std::string> parse_checkpoint_manifest(std::string_view text) {
  const CheckpointJson json = CheckpointJson::parse(text, nullptr, false);
  const auto word = [&json](const char* key) -> std::string {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : "";
  };
  const auto count = [&json](const char* key) -> std::uint64_t {
    const auto at = json.find(key);
    return at != json.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : ~std::uint64_t{0};
  };
  if (!json.is_object() || word("schema") != kCheckpointSchema)
    return tl::unexpected(fmt::format("expected a manifest with schema '{}', found none", kCheckpointSchema));
  CheckpointManifest out;
  out.number = count("number");
  out.content_checksum = static_cast<std::uint32_t>(count("content_crc32c"));
  const std::string key = word("content_key");
  const auto end = std::from_chars(key.data(), key.data() + key.size(), out.content_key, 16);
  if (key.size() != 16 || end.ptr != key.data() + key.size())
    return tl::unexpected(
        std::string("expected content_key to be 16 hexadecimal digits, found '" + key + "'"));
  try {
    out.spec = parse_checkpoint_block(word("checkpoint"), "its checkpoint block");
  } catch (const UserError& error) {
    return tl::unexpected(std::string(error.what()));
  }
  const auto shape = CheckpointShape::make(out.spec, 1);
  if (shape && shape->files() == count("files") && shape->bytes().value == count("bytes")) return out;
  return tl::unexpected(
      std::string("expected its files and bytes to be those of its checkpoint block, found others"));
}

std::string difference_between(const CheckpointSpec& asked, const CheckpointSpec& there) {
  const auto laid = [](CheckpointSpec spec) {  // what decides names, sizes and bytes
    const CheckpointSpec usual;
    spec.every = usual.every, spec.every_steps = usual.every_steps, spec.depth = usual.depth;
    spec.fsync = usual.fsync, spec.write_mode = usual.write_mode, spec.mode = usual.mode;
    spec.copy_rate = usual.copy_rate, spec.keep = usual.keep, spec.chunk = usual.chunk;
    if (spec.files != CheckpointFiles::kSafetensors) spec.shard = usual.shard;
    if (spec.files != CheckpointFiles::kDcp) spec.files_per_rank = usual.files_per_rank;
    return split(checkpoint_to_yaml(spec), '\n');
  };
  const std::vector<std::string> ours = laid(asked), theirs = laid(there);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    if (ours[i] == theirs[i]) continue;
    const std::size_t colon = ours[i].find(':');
    words.push_back(fmt::format("{} {} asked, {} there", trim(ours[i].substr(0, colon + 1)),
                                trim(std::string_view(ours[i]).substr(colon + 1)),
                                trim(std::string_view(theirs[i]).substr(theirs[i].find(':') + 1))));
  }
  return join(words, "; ");
}

}  // namespace aforo
