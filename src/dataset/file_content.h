// FileContent: what stands in files that are written without a file to copy from: bytes that lie ready in memory.
//
// Immutable after it is built and thread-safe: every I/O loop asks the same one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataset/file_names.h"

namespace aforo {

class FileContent {
 public:
  virtual ~FileContent() = default;

  // The bytes of `file` from `offset` on: `length` of them, or fewer where the rest lies elsewhere in memory; at least
  // one where length > 0. 4096-aligned where `offset` is. Nobody changes them: they are not const because an engine's
  // buffers are not.
  virtual std::span<std::byte> piece(FileId file, std::uint64_t offset, std::uint64_t length) const = 0;

  // All memory that pieces lie in, to be made known to the kernel once.
  virtual std::span<std::byte> memory() const = 0;
};

}  // namespace aforo
