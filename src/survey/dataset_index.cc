#include "survey/dataset_index.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include "base/error.h"
#include "dataset/bytes.h"
#include "dataset/tar.h"

namespace aforo {
namespace {

// An open file seen through a window that is wide where headers lie close together and narrow where they do
// not.
class Window {
 public:
  Window(int root, const char* path) : fd_(::openat(root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (fd_ < 0) error_ = errno;
    if (fd_ >= 0) ::posix_fadvise(fd_, 0, 0, POSIX_FADV_RANDOM);
  }
  ~Window() {
    if (fd_ >= 0) ::close(fd_);
  }
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

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
    while (fd_ >= 0 && filled_ < want) {
      const ssize_t n =
          ::pread(fd_, buffer_.get() + filled_, want - filled_, static_cast<off_t>(offset + filled_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error_ = errno;
      if (n <= 0) return;
      filled_ += static_cast<std::size_t>(n);
    }
  }

  int fd_;
  int error_ = 0;
  std::uint64_t begin_ = 0;
  std::size_t filled_ = 0;
  std::unique_ptr<std::byte[]> buffer_ = std::make_unique<std::byte[]>(kWide);
};

std::optional<std::string> read_small_file(int root, const std::string& path) {
  constexpr off_t kMost = 256 << 20;
  const int fd = ::openat(root, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  struct stat info {};
  std::string text;
  bool good = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= kMost;
  if (good) text.resize(static_cast<std::size_t>(info.st_size));
  for (std::size_t at = 0; good && at < text.size();) {
    const ssize_t n = ::read(fd, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    good = n > 0;
    if (good) at += static_cast<std::size_t>(n);
  }
  ::close(fd);
  if (!good) return std::nullopt;
  return text;
}

// An index is believed when its records follow one another without a gap and end where the file ends.
bool covers(const std::vector<Extent>& records, std::uint64_t size) {
  std::uint64_t end = 0;
  for (const Extent& record : records) {
    if (record.offset != end || record.length < kTfrecordFraming) return false;
    end += record.length;
  }
  return end == size;
}

std::optional<std::vector<Extent>> from_index_file(int root, const std::string& path, std::uint64_t size) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  const bool has_dot = dot != path.npos && (slash == path.npos || dot > slash);
  const std::string stem = has_dot ? path.substr(0, dot) : path;
  for (const std::string& name : {path + ".idx", stem + ".idx", path + ".index", stem + ".index"}) {
    if (name == path) continue;
    const auto text = read_small_file(root, name);
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

FileIndex index_tfrecord(int root, const std::string& path, std::uint64_t size) {
  FileIndex index;
  if (auto records = from_index_file(root, path, size)) {
    index.samples = std::move(*records);
    index.from_index_file = true;
    return index;
  }
  Window file(root, path.c_str());
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

FileIndex index_tar(int root, const std::string& path, std::uint64_t size) {
  FileIndex index;
  Window file(root, path.c_str());
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
