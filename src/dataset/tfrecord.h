// TFRecord: framed records of tf.train.Example, as TensorFlow and NVIDIA DALI read them.
//
// A record of n data bytes: u64 n, u32 masked CRC-32C of those eight bytes, the data, u32 masked CRC-32C of
// the data, all little-endian: n + 16 bytes. A file is records and nothing else.
//
// What aforo generates is an Example with the features "image/class/label" (int64, sample modulo 100) and
// "image/encoded" (bytes: the sample's content). sample_size, the benchmark's record_length, is the size of
// "image/encoded"; a stored record is 80 to 96 bytes larger.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "dataset/extent.h"
#include "dataset/format.h"

namespace aforo {

inline constexpr std::uint64_t kTfrecordHeaderBytes = 12;
inline constexpr std::uint64_t kTfrecordFraming = 16;

// Generated records whose "image/encoded" is of `content`. Throws UserError like content_format.
const SampleFormat& tfrecord_format(Content content);

// The data length in a record header, if its checksum is right. Requires kTfrecordHeaderBytes bytes.
std::optional<std::uint64_t> read_tfrecord_header(std::span<const std::byte> bytes);

enum class RecordFault { kTruncated, kBadLengthChecksum, kBadDataChecksum };
std::string_view to_string(RecordFault fault);  // "truncated record", ...

struct RecordError {
  RecordFault fault = RecordFault::kTruncated;
  std::uint64_t offset = 0;  // of the record in its file
  bool operator==(const RecordError&) const = default;
};

// Finds records in consecutive blocks of one file, however the blocks cut them. Holds no data: constant
// memory. After the first error the rest of the file has no meaning; feed then keeps returning that error.
class TfrecordScanner {
 public:
  explicit TfrecordScanner(bool check_data) : check_data_(check_data) {}

  // Appends every record that `block` completes.
  tl::expected<void, RecordError> feed(std::span<const std::byte> block, std::vector<Extent>& found);

  // Call after the last block: kTruncated if the file ended inside a record.
  tl::expected<void, RecordError> finish() const;

 private:
  bool take_header(std::span<const std::byte>& block);
  bool take_data(std::span<const std::byte>& block);
  bool take_trailer(std::span<const std::byte>& block, std::vector<Extent>& found);

  bool check_data_;
  std::uint64_t offset_ = 0;  // of the current record
  std::uint64_t length_ = 0;  // of its data
  std::uint64_t taken_ = 0;   // bytes of it seen so far, framing included
  std::uint32_t crc_ = 0;
  std::byte word_[kTfrecordHeaderBytes] = {};
  std::optional<RecordError> error_;
};

// Checks one whole record in memory: the framing and both checksums.
tl::expected<void, RecordFault> check_tfrecord(std::span<const std::byte> record);

// A feature of a serialized tf.train.Example: its name and, for bytes features, the first value.
struct Feature {
  enum class Kind { kBytes, kFloat, kInt64, kEmpty };
  std::string_view name;
  Kind kind = Kind::kEmpty;
  std::span<const std::byte> value;  // kBytes: the first string; else the serialized list
};

// The features of an Example, views into `example`; an error if it is not one.
tl::expected<std::vector<Feature>, std::string> parse_example(std::span<const std::byte> example);

// The index of a file's records as DALI's tfrecord2idx writes it: a line "offset length" for each, framing
// included.
std::string write_record_index(std::span<const Extent> records);
tl::expected<std::vector<Extent>, std::string> parse_record_index(std::string_view text);

}  // namespace aforo
