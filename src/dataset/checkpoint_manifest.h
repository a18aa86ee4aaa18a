// The manifest of one checkpoint: what lies in its directory proves it whole, and says what must be in its files.
//
// Files are not listed: names and sizes follow from the spec (CheckpointShape), their bytes from the key
// (CheckpointContent). Pure text in, text out; who reads and writes the file is `save`.
//
// A JSON object with exactly these keys, in this order as it is written:
//
//   schema           "aforo-checkpoint/1"
//   number           which checkpoint of its place
//   files, bytes     whole numbers: of all ranks together
//   content_key      16 hexadecimal digits
//   content_crc32c   of the bytes that the key makes
//   checkpoint       the `checkpoint:` block of a workload file with all its ranks, as text
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "workload/checkpoint_shape.h"
#include "workload/spec.h"

namespace aforo {

// The marker of a place of checkpoints (Store::own): what lies beside a file called so is aforo's to change.
inline constexpr std::string_view kCheckpointsMarker = "aforo-checkpoints.json";
// Its text.
std::string checkpoints_marker_text();

struct CheckpointManifest {
  std::uint64_t number = 0, content_key = 0;
  std::uint32_t content_checksum = 0;
  CheckpointSpec spec;  // with_ranks
  bool operator==(const CheckpointManifest&) const = default;
};

// The spec with the ranks that a shape gave it, so that it means the same in a job of any size.
CheckpointSpec with_ranks(CheckpointSpec spec, const CheckpointShape& shape);

std::string write_checkpoint_manifest(const CheckpointManifest& manifest);
// What such a text says, or half a sentence on why it is none, "expected ..., found ...".
tl::expected<CheckpointManifest, std::string> parse_checkpoint_manifest(std::string_view text);

// What of how two are laid in files differs, as "ranks: 8 asked, 4 there"; empty where nothing does. How they are written
// (chunks aside, which their contents depend on) does not matter.
std::string difference_between(const CheckpointSpec& asked, const CheckpointSpec& there);

}  // namespace aforo
