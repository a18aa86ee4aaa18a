// CheckpointContent: what stands in the files of checkpoints: random bytes that no storage can compress, made before
// any clock starts, and different at every place.
//
// A ring of random bytes is made once from a key. Chunk c of file f begins at one of kPlaces places in it, 4 KiB
// apart, which f and c decide: two chunks of a file that are less than kPlaces apart never begin alike, and chunks of
// different files do so once in kPlaces. So a block that lies at another place than its own is found, and to write or
// to prove a file takes no computation of bytes: it is compared with the ring.
//
// Memory: a chunk and 16 MiB. Immutable after it is built, thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "base/units.h"
#include "dataset/file_content.h"

namespace aforo {

class CheckpointContent final : public FileContent {
 public:
  // Of files that are written in chunks of `chunk` > 0 bytes, a multiple of 4096. Fills the memory: some milliseconds
  // for 48 MiB. Throws std::bad_alloc.
  CheckpointContent(std::uint64_t key, Bytes chunk);
  ~CheckpointContent() override;
  CheckpointContent(const CheckpointContent&) = delete;
  CheckpointContent& operator=(const CheckpointContent&) = delete;

  // `file` as CheckpointLayout numbers it, written or whole.
  std::span<std::byte> piece(FileId file, std::uint64_t offset, std::uint64_t length) const override;
  std::span<std::byte> memory() const override { return ring_; }

  // Where `bytes`, read of `file` at `offset`, first differ from what was written there; absent = nowhere.
  std::optional<std::uint64_t> first_wrong(FileId file, std::uint64_t offset,
                                           std::span<const std::byte> bytes) const;

  // CRC-32C of the ring: two with the same key and chunk that differ in it are of different versions of aforo.
  std::uint32_t checksum() const { return checksum_; }

  static constexpr std::uint64_t kPlaces = 4093;  // a prime: steps of any length come round all of them

 private:
  const std::uint64_t key_, chunk_;
  std::span<std::byte> ring_;
  std::uint32_t checksum_ = 0;
};

}  // namespace aforo
