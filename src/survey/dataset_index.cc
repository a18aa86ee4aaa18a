#include "survey/dataset_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/error.h"
#include "dataset/bytes.h"
#include "dataset/tar.h"

namespace aforo {
namespace {

// An open file seen through a window that is wide where headers lie close together and
// narrow where they do not.
class Window {
 public:
  Window(const Store& store, const std::string& path) {
    auto file = store.open(path);
    if (!file) {
      error_ = file.error();
      return;
    }
    file_ = std::move(*file);
    file_->expect_jumps();
  }

  int error() const { return error_; }

  // `count` bytes at `offset`, fewer at the end of the file or after an error. Valid until the next call.
  std::span<const std::byte> at(std::uint64_t offset, std::size_t count) {
    if (offset < begin_ || offset + count > begin_ + filled_) fill(offset, count);
    if (offset < begin_ || offset >= begin_ + filled_) return {};
    return std::span(buffer_.get() + (offset - begin_),
                     std::min<std::uint64_t>(count, begin_ + filled_ - offset));
  }

 private:
  static constexpr std::size_t kWide = 256 << 10;
  static constexpr std::size_t kNarrow = 4 << 10;

  void fill(std::uint64_t offset, std::size_t count) {
    const bool near = offset < begin_ + filled_ + kWide / 4;
    const std::size_t want = std::max(near ? kWide : kNarrow, count);
    begin_ = offset;
    filled_ = 0;
    if (!file_) return;
    const auto got = file_->read(offset, std::span(buffer_.get(), want));
    if (got) {
      filled_ = *got;
    } else {
      error_ = got.error();
    }
  }

  std::unique_ptr<StoreFile> file_;
  int error_ = 0;
  std::uint64_t begin_ = 0;
  std::size_t filled_ = 0;
  std::unique_ptr<std::byte[]> buffer_ = std::make_unique<std::byte[]>(kWide);
};

constexpr std::uint64_t kLargestIndex = 256 << 20;

// An index is believed when its records follow one another without a gap and end where the file ends.
bool covers(const std::vector<Extent>& records, std::uint64_t size) {
  std::uint64_t end = 0;
  for (const Extent& record : records) {
    if (record.offset != end || record.length < kTfrecordFraming) return false;
    end += record.length;
  }
  return end == size;
}

std::optional<std::vector<Extent>> from_index_file(const Store& store, const std::string& path,
                                                   std::uint64_t size) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  const bool has_dot = dot != path.npos && (slash == path.npos || dot > slash);
  const std::string stem = has_dot ? path.substr(0, dot) : path;
  for (const std::string& name : {path + ".idx", stem + ".idx", path + ".index", stem + ".index"}) {
    if (name == path) continue;
    const auto text = read_text(store, name, kLargestIndex);
    if (!text) continue;
    auto records = parse_record_index(*text);
    if (records && covers(*records, size)) return std::move(*records);
  }
  return std::nullopt;
}

std::string broken(const Window& file, std::string_view otherwise, std::uint64_t offset) {
  if (file.error() != 0) return fmt::format("{} at byte {}", describe_errno(file.error()), offset);
  return fmt::format("{} at byte {}", otherwise, offset);
}

std::uint64_t padded(std::uint64_t size) { return (size + kTarBlock - 1) / kTarBlock * kTarBlock; }

// Lets the scanner believe that it has read `count` bytes of member data, which it only counts.
void skip_data(TarScanner& scanner, std::uint64_t count) {
  static const std::vector<std::byte> kZeros(1 << 20);
  std::vector<TarMember> none;
  while (count > 0) {
    const std::uint64_t part = std::min<std::uint64_t>(count, kZeros.size());
    (void)scanner.feed(std::span(kZeros).first(part), none);
    count -= part;
  }
}

}  // namespace

FileIndex index_tfrecord(const Store& store, const std::string& path, std::uint64_t size) {
  FileIndex index;
  if (auto records = from_index_file(store, path, size)) {
    index.samples = std::move(*records);
    index.from_index_file = true;
    return index;
  }
  Window file(store, path);
  for (std::uint64_t at = 0; at < size;) {
    const auto header = file.at(at, kTfrecordHeaderBytes);
    if (header.size() < kTfrecordHeaderBytes) {
      index.error = broken(file, to_string(RecordFault::kTruncated), at);
      break;
    }
    const auto length = read_tfrecord_header(header);
    if (!length) {
      index.error = broken(file, to_string(RecordFault::kBadLengthChecksum), at);
      break;
    }
    if (size - at < kTfrecordFraming || *length > size - at - kTfrecordFraming) {
      index.error = broken(file, to_string(RecordFault::kTruncated), at);
      break;
    }
    index.samples.push_back({at, *length + kTfrecordFraming});
    at += *length + kTfrecordFraming;
  }
  return index;
}

FileIndex index_tar(const Store& store, const std::string& path, std::uint64_t size) {
  FileIndex index;
  Window file(store, path);
  TarScanner scanner;
  std::vector<TarMember> found, members;
  for (std::uint64_t at = 0; at < size;) {
    const auto header = file.at(at, kTarBlock);
    if (header.empty()) {
      index.error = broken(file, "truncated archive", at);
      break;
    }
    found.clear();
    if (const auto fed = scanner.feed(header, found); !fed) {
      index.error = broken(file, fed.error(), at);
      break;
    }
    at += header.size();
    if (found.empty()) continue;
    const TarMember& member = found.back();
    if (member.size > size - at) {
      index.error = broken(file, "truncated member", member.header_offset);
      break;
    }
    const std::uint64_t end = std::min(at + padded(member.size), size);
    skip_data(scanner, end - at);
    at = end;
    members.push_back(member);
  }
  if (const auto whole = scanner.finish(); index.error.empty() && !whole) index.error = whole.error();
  index.samples = webdataset_samples(members);
  return index;
}

}  // namespace aforo
