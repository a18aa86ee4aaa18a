#include "generate/generate_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace aforo {
namespace {

bool is_aligned(std::span<const std::byte> block) {
  return reinterpret_cast<std::uintptr_t>(block.data()) % FileWriter::kAlignment == 0 &&
         block.size() >= FileWriter::kAlignment;
}

}  // namespace

FileWriter::~FileWriter() {
  if (file_ >= 0) ::close(file_);
}

int FileWriter::open(const std::string& path) {
  if (file_ >= 0) return EBUSY;
  direct_now_ = want_direct_ && !direct_refused_;
  int file = owned_.create_file(path, direct_now_ ? O_DIRECT : 0);
  if (file == -EINVAL && direct_now_) {
    direct_refused_ = true;
    direct_now_ = false;
    file = owned_.create_file(path);
  }
  if (file < 0) return -file;
  file_ = file;
  return 0;
}

int FileWriter::write_all(std::span<const std::byte> block) {
  while (!block.empty()) {
    const ssize_t n = ::write(file_, block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return EIO;
    block = block.subspan(static_cast<std::size_t>(n));
  }
  return 0;
}

int FileWriter::append(std::span<const std::byte> block) {
  if (file_ < 0) return EBADF;
  if (direct_now_ && is_aligned(block)) {
    const std::size_t aligned = block.size() / kAlignment * kAlignment;
    if (const int error = write_all(block.first(aligned))) return fail(error);
    block = block.subspan(aligned);
  }
  if (block.empty()) return 0;
  if (direct_now_) {  // the ragged end: back to buffered for the rest of this file
    const int flags = ::fcntl(file_, F_GETFL);
    if (flags < 0 || ::fcntl(file_, F_SETFL, flags & ~O_DIRECT) < 0) return fail(errno);
    direct_now_ = false;
  }
  if (const int error = write_all(block)) return fail(error);
  return 0;
}

int FileWriter::close() {
  if (file_ < 0) return EBADF;
  const int fd = file_;
  file_ = -1;
  return ::close(fd) == 0 || errno == EINTR ? 0 : errno;
}

int FileWriter::fail(int error) {
  ::close(file_);
  file_ = -1;
  return error;
}

}  // namespace aforo
