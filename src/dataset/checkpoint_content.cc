#include "dataset/checkpoint_content.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/random.h"
#include "dataset/checkpoint_layout.h"
#include "dataset/checksum.h"
#include "dataset/payload.h"

namespace aforo {
namespace {

constexpr std::size_t kBlock = 4096;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

}  // namespace

CheckpointContent::CheckpointContent(std::uint64_t key, Bytes chunk) : key_(key), chunk_(chunk.value) {
  const std::size_t bytes = (chunk_ + kPlaces * kBlock + kHugePage - 1) / kHugePage * kHugePage;
  void* const memory = std::aligned_alloc(kHugePage, bytes);
  if (memory == nullptr) throw std::bad_alloc();
  ring_ = {static_cast<std::byte*>(memory), bytes};
  fill_random(key_, 0, ring_);
  checksum_ = crc32c(ring_);
}

CheckpointContent::~CheckpointContent() { std::free(ring_.data()); }

std::span<std::byte> CheckpointContent::piece(FileId file, std::uint64_t offset, std::uint64_t length) const {
  const FileId of = CheckpointLayout::content_of(file);
  const std::uint64_t chunk = offset / chunk_, within = offset % chunk_;
  const std::uint64_t step = 1 + mix64(key_, of, 1) % (kPlaces - 1);
  const std::uint64_t place = (mix64(key_, of) + chunk % kPlaces * step) % kPlaces;
  return ring_.subspan(place * kBlock + within, std::min(length, chunk_ - within));
}

std::optional<std::uint64_t> CheckpointContent::first_wrong(FileId file, std::uint64_t offset,
                                                            std::span<const std::byte> bytes) const {
  for (std::uint64_t done = 0; done < bytes.size();) {
    const std::span<const std::byte> wanted = piece(file, offset + done, bytes.size() - done);
    const std::span<const std::byte> found = bytes.subspan(done, wanted.size());
    if (std::memcmp(wanted.data(), found.data(), wanted.size()) != 0)
      return offset + done +
             static_cast<std::uint64_t>(std::mismatch(wanted.begin(), wanted.end(), found.begin()).first -
                                        wanted.begin());
    done += wanted.size();
  }
  return std::nullopt;
}

}  // namespace aforo
