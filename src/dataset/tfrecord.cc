#include "dataset/tfrecord.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

#include "dataset/bytes.h"
#include "dataset/checksum.h"

namespace aforo {

std::optional<std::uint64_t> read_tfrecord_header(std::span<const std::byte> bytes) {
  if (mask_crc(crc32c(bytes.first(8))) != load_le<std::uint32_t>(&bytes[8])) return std::nullopt;
  return load_le<std::uint64_t>(bytes.data());
}

std::string_view to_string(RecordFault fault) {
  switch (fault) {
    case RecordFault::kTruncated:
      return "truncated record";
    case RecordFault::kBadLengthChecksum:
      return "checksum of the record's length differs";
    case RecordFault::kBadDataChecksum:
      return "checksum of the record's data differs";
  }
  return "";
}

bool TfrecordScanner::take_header(std::span<const std::byte>& block) {
  const auto part = block.first(std::min<std::uint64_t>(block.size(), kTfrecordHeaderBytes - taken_));
  std::memcpy(word_ + taken_, part.data(), part.size());
  taken_ += part.size();
  block = block.subspan(part.size());
  if (taken_ < kTfrecordHeaderBytes) return true;
  const auto length = read_tfrecord_header(word_);
  if (!length || *length > ~std::uint64_t{0} - kTfrecordFraming - offset_) {
    error_ = RecordError{RecordFault::kBadLengthChecksum, offset_};
    return false;
  }
  length_ = *length;
  crc_ = 0;
  return true;
}

bool TfrecordScanner::take_data(std::span<const std::byte>& block) {
  const std::uint64_t left = kTfrecordHeaderBytes + length_ - taken_;
  const auto part = block.first(std::min<std::uint64_t>(block.size(), left));
  if (check_data_) crc_ = crc32c(part, crc_);
  taken_ += part.size();
  block = block.subspan(part.size());
  return true;
}

bool TfrecordScanner::take_trailer(std::span<const std::byte>& block, std::vector<Extent>& found) {
  const std::uint64_t have = taken_ - kTfrecordHeaderBytes - length_;
  const auto part = block.first(std::min<std::uint64_t>(block.size(), 4 - have));
  std::memcpy(word_ + have, part.data(), part.size());
  taken_ += part.size();
  block = block.subspan(part.size());
  if (taken_ < length_ + kTfrecordFraming) return true;
  if (check_data_ && load_le<std::uint32_t>(word_) != mask_crc(crc_)) {
    error_ = RecordError{RecordFault::kBadDataChecksum, offset_};
    return false;
  }
  found.push_back({offset_, taken_});
  offset_ += taken_;
  taken_ = 0;
  return true;
}

tl::expected<void, RecordError> TfrecordScanner::feed(std::span<const std::byte> block,
                                                      std::vector<Extent>& found) {
  bool good = !error_;
  while (good && !block.empty()) {
    if (taken_ < kTfrecordHeaderBytes) {
      good = take_header(block);
    } else if (taken_ < kTfrecordHeaderBytes + length_) {
      good = take_data(block);
    } else {
      good = take_trailer(block, found);
    }
  }
  if (good) return {};
  return tl::unexpected(*error_);
}

tl::expected<void, RecordError> TfrecordScanner::finish() const {
  if (error_) return tl::unexpected(*error_);
  if (taken_ > 0) return tl::unexpected(RecordError{RecordFault::kTruncated, offset_});
  return {};
}

tl::expected<void, RecordFault> check_tfrecord(std::span<const std::byte> record) {
  if (record.size() < kTfrecordFraming) return tl::unexpected(RecordFault::kTruncated);
  const auto length = read_tfrecord_header(record);
  if (!length) return tl::unexpected(RecordFault::kBadLengthChecksum);
  if (*length != record.size() - kTfrecordFraming) return tl::unexpected(RecordFault::kTruncated);
  const auto data = record.subspan(kTfrecordHeaderBytes, *length);
  const auto stored = load_le<std::uint32_t>(record.data() + kTfrecordHeaderBytes + *length);
  if (mask_crc(crc32c(data)) != stored) return tl::unexpected(RecordFault::kBadDataChecksum);
  return {};
}

std::string write_record_index(std::span<const Extent> records) {
  fmt::memory_buffer out;
  for (const Extent& record : records) {
    fmt::format_to(std::back_inserter(out), "{} {}\n", record.offset, record.length);
  }
  return fmt::to_string(out);
}

tl::expected<std::vector<Extent>, std::string> parse_record_index(std::string_view text) {
  std::vector<Extent> records;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::uint64_t line = 1; at != end; ++line) {
    Extent record;
    const auto offset = std::from_chars(at, end, record.offset);
    const bool spaced = offset.ec == std::errc{} && offset.ptr != end && *offset.ptr == ' ';
    const auto length = spaced ? std::from_chars(offset.ptr + 1, end, record.length) : offset;
    if (!spaced || length.ec != std::errc{} || (length.ptr != end && *length.ptr != '\n') ||
        record.length > ~std::uint64_t{0} - record.offset) {
      return tl::unexpected(fmt::format("record index, line {}: expected \"offset length\"", line));
    }
    records.push_back(record);
    at = length.ptr == end ? end : length.ptr + 1;
  }
  return records;
}

}  // namespace aforo
