// TFRecord: framed records of tf.train.Example, as TensorFlow and NVIDIA DALI read them.
//
// A record of n data bytes, n + 16 in all, little-endian; a file is records and nothing else:
//
//   0       8  n                           12      n  data: a serialized tf.train.Example
//   8       4  masked CRC-32C of 0..7      n + 12  4  masked CRC-32C of the data (mask_crc)
//
// What aforo generates is an Example with the features "image/class/label" (int64, sample modulo
// 100) and "image/encoded" (bytes: the sample's content). sample_size, the benchmark's
// record_length, is the size of "image/encoded"; a stored record is 80 to 96 bytes larger.
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

// Before the data, and around it.
inline constexpr std::uint64_t kTfrecordHeaderBytes = 12;
inline constexpr std::uint64_t kTfrecordFraming = 16;

// Generated records whose "image/encoded" is of `content`. Throws UserError like content_format.
const SampleFormat& tfrecord_format(Content content);

// The data length in a record header, if its checksum is right. Requires
// kTfrecordHeaderBytes bytes.
std::optional<std::uint64_t> read_tfrecord_header(std::span<const std::byte> bytes);

// What can be wrong with a record. After kBadLengthChecksum nobody knows where the next one begins.
enum class RecordFault { kTruncated, kBadLengthChecksum, kBadDataChecksum };
// "truncated record", ...: half a sentence.
std::string_view to_string(RecordFault fault);

// The first fault of a file.
struct RecordError {
  RecordFault fault = RecordFault::kTruncated;
  // Of the record in its file.
  std::uint64_t offset = 0;
  bool operator==(const RecordError&) const = default;
};

// Finds records in consecutive blocks of one file, however the blocks cut them. Holds no data:
// constant memory. After the first error the rest of the file has no meaning; feed then keeps
// returning that error.
class TfrecordScanner {
 public:
  // Without `check_data` only the lengths' checksums are proved, which costs next to nothing: the
  // data are passed over.
  explicit TfrecordScanner(bool check_data) : check_data_(check_data) {}

  // Appends every record that `block` completes, framing included. A block may be of any size.
  tl::expected<void, RecordError> feed(std::span<const std::byte> block, std::vector<Extent>& found);

  // Call after the last block: kTruncated if the file ended inside a record.
  tl::expected<void, RecordError> finish() const;

 private:
  bool take_header(std::span<const std::byte>& block);
  bool take_data(std::span<const std::byte>& block);
  bool take_trailer(std::span<const std::byte>& block, std::vector<Extent>& found);

  bool check_data_;
  // Of the current record, of its data, and bytes of it seen so far, framing included.
  std::uint64_t offset_ = 0;
  std::uint64_t length_ = 0;
  std::uint64_t taken_ = 0;
  std::uint32_t crc_ = 0;
  std::byte word_[kTfrecordHeaderBytes] = {};
  std::optional<RecordError> error_;
};

// Checks one whole record in memory, exactly as long as it says: the framing and both checksums.
tl::expected<void, RecordFault> check_tfrecord(std::span<const std::byte> record);

// A feature of a serialized tf.train.Example: its name and, for bytes features, the first value.
struct Feature {
  // kEmpty: a feature without a list, which protobuf allows.
  enum class Kind { kBytes, kFloat, kInt64, kEmpty };
  std::string_view name;
  Kind kind = Kind::kEmpty;
  // kBytes: the first string, empty if there is none; else the serialized list.
  std::span<const std::byte> value;
};

// The features of an Example, views into `example`, in its order; an error, half a sentence, if it
// is not one. Unknown fields are passed over, as protobuf asks. Every read is bounds-checked.
tl::expected<std::vector<Feature>, std::string> parse_example(std::span<const std::byte> example);

// The index of a file's records as DALI's tfrecord2idx writes it, framing included:
//
//   index = { offset " " length "\n" }      decimal, bytes; the last newline may be missing when read
//
// An error names the line. That the extents lie in a file, or follow each other, is not looked at.
std::string write_record_index(std::span<const Extent> records);
tl::expected<std::vector<Extent>, std::string> parse_record_index(std::string_view text);

}  // namespace aforo
