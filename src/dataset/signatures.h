// Files of other programs, told by their first bytes: what aforo does not look into, but must not take for
// samples. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "dataset/file_kind.h"

namespace aforo {

// Nothing where no signature is known. `front` as for recognise (recognise.h), which also looks into gzip.
std::optional<FileKind> known_signature(std::string_view name, std::span<const std::byte> front);

// What a compressed file's first bytes inflate to: enough for its first header. Broken ones give what came before.
enum class Deflated { kGzip, kZlib };
std::vector<std::byte> inflated_front(std::span<const std::byte> front, Deflated how);

// Whether bytes are a text: nothing but what is printed, and some of that.
bool is_text(std::string_view text);

// Samples of an MDS shard of `size` bytes by the numbers that it begins with, as far as `front` holds them:
// the end of each, after the offset of the first. Nothing if it is none.
//
//   shard = uint32 samples, uint32 offset of each and of the end, text (what a sample consists of), samples
std::optional<std::size_t> mds_samples(std::span<const std::byte> front, std::uint64_t size);

// Sequences in a Megatron corpus, by the head of its index of `size` bytes; nothing if it is none, or cut.
//
//   index = "MMIDIDX\0\0", uint64 1, uint8 type, uint64 sequences, uint64 documents, then int32 and int64 of
//           each sequence (and int8, where it holds pictures too), int64 of each document
std::optional<std::uint64_t> megatron_sequences(std::span<const std::byte> front, std::uint64_t size);

}  // namespace aforo
