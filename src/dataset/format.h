// SampleFormat: what one sample looks like in bytes. One format per way of storing; all pass one
// contract suite (format_contract_test.cc).
//
// Formats are stateless, immutable and thread-safe. `target` is the size that
// a workload's sample_size law drew: for raw, jpeg and npz it is the size of
// the file; for tfrecord and webdataset it is the size of the content inside
// (the benchmark's record_length), and the framing comes on top.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "dataset/payload.h"
#include "workload/spec.h"

namespace aforo {

// The bytes of something generated, block by block: one sample, or one file of many.
//
// Blocks may be asked for in any order, but in order from 0 is fastest: checksums that stand at the
// end are then computed on the way. Raw, npz, tfrecord and tar take constant memory whatever the
// size; jpeg holds its sample. One thread at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Known before the first byte is made.
  virtual std::uint64_t size() const = 0;
  // Every byte of `out`; the same bytes for the same place, however often and in whatever order
  // they are asked for. Requires offset + out.size() <= size(). Does no I/O.
  virtual void fill(std::uint64_t offset, std::span<std::byte> out) = 0;
};

// How samples are made and proved. The target of a sample is all that its bytes depend on, beside
// whose sample it is: two machines make the same.
class SampleFormat {
 public:
  virtual ~SampleFormat() = default;

  // "jpeg": in messages.
  virtual std::string_view name() const = 0;
  // "jpg", without the dot: of the files that hold it.
  virtual std::string_view extension() const = 0;

  // The smallest target that is honoured exactly; smaller ones are raised to it.
  virtual std::uint64_t min_bytes() const = 0;
  // The largest target that the format can hold.
  virtual std::uint64_t max_bytes() const { return ~std::uint64_t{0}; }

  // Bytes that a sample of `target` takes where it is stored: exactly what encode makes.
  virtual std::uint64_t stored_bytes(std::uint64_t target) const = 0;

  // The whole sample, in place of what `out` held, whose memory is used again. Deterministic in
  // (identity, target). Throws UserError beyond max_bytes.
  virtual void encode(const SampleIdentity& identity, std::uint64_t target,
                      std::vector<std::byte>& out) const = 0;
  virtual std::unique_ptr<ByteSource> open(const SampleIdentity& identity, std::uint64_t target) const = 0;

  // Proves that `bytes` is what encode makes, every bit of it; else half a sentence: "sample 17
  // expected, found sample 18", "short: 100 of 200 bytes", "checksum differs, first wrong byte at
  // 4711 of 114000". Good bytes cost a checksum; bad ones are compared with the sample made again.
  virtual tl::expected<void, std::string> verify(const SampleIdentity& identity, std::uint64_t target,
                                                 std::span<const std::byte> bytes) const = 0;

  // Whose sample `bytes` say they are; nothing if they do not say, are damaged, or are too few.
  virtual std::optional<PayloadClaim> claim(std::span<const std::byte> bytes) const = 0;
};

// "short: 100 of 200 bytes", "too long: 300 of 200 bytes"; the two differ.
std::string describe_size(std::uint64_t found, std::uint64_t expected);

// The formats that can be generated as content: the payload itself (payload.h); a picture that any
// decoder reads; a zip with one member, the array "x", as numpy.savez writes it. References to
// formats are good for ever.
const SampleFormat& raw_format();
const SampleFormat& jpeg_format();
const SampleFormat& npz_format();

// What one file-per-sample file of `content` holds. Throws UserError for content that is only
// recognised, not made.
const SampleFormat& content_format(Content content);
// The same; null for such content.
const SampleFormat* find_content_format(Content content);

// Whether aforo can lay such a dataset: stored_format does not throw.
bool can_generate(const DatasetSpec& spec);

// The same dataset with contents that aforo makes: those it only reads are taken as raw, whose files are as
// large. For who computes with a dataset and does not look at its contents. A layout that is sized only
// stays.
DatasetSpec with_made_content(DatasetSpec spec);

// The layout of samples of any size that aforo makes and that the loader reads as it reads `data`: file by file,
// by ranges or front to back; where it makes none, the one that this loader reads front to back.
LayoutKind made_alike(const DatasetSpec& data, const LoaderSpec& loader);

// Throws UserError where aforo cannot lay `data`, with what the job may take instead.
void require_made(const DatasetSpec& data, const LoaderSpec& loader);

// Throws UserError where aforo sizes such a dataset and cannot read it; `where` names the dataset in the
// sentence: a directory, or "the workload's dataset".
void require_readable(LayoutKind layout, std::string_view where);

// What one sample of a layout is, framing included: content_format for file-per-sample, a framed
// record for tfrecord, a padded member for webdataset, bare bytes for records and npy. Throws UserError for
// layouts that are sized only, and for content that the layout does not hold: rows of bytes are raw.
const SampleFormat& stored_format(LayoutKind layout, Content content);

}  // namespace aforo
