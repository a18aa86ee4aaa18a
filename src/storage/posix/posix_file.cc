#include "storage/posix/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace aforo {
namespace {

class PosixFile final : public StoreFile {
 public:
  PosixFile(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override { close(descriptor_); }

  void expect_jumps() override { posix_fadvise(descriptor_, 0, 0, POSIX_FADV_RANDOM); }
  std::uint64_t size() const override { return size_; }

  tl::expected<std::size_t, int> read(std::uint64_t offset, std::span<std::byte> buffer) override {
    std::size_t have = 0;
    while (have < buffer.size()) {
      const ssize_t got =
          pread(descriptor_, buffer.data() + have, buffer.size() - have, static_cast<off_t>(offset + have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return tl::unexpected(errno);
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    return have;
  }

 private:
  int descriptor_;
  std::uint64_t size_;
};

}  // namespace

tl::expected<std::unique_ptr<StoreFile>, int> store_file(int descriptor) {
  if (descriptor < 0) return tl::unexpected(-descriptor);
  struct stat info {};
  const int error = fstat(descriptor, &info) != 0 ? errno
                    : S_ISREG(info.st_mode)       ? 0
                    : S_ISDIR(info.st_mode)       ? EISDIR
                                                  : EINVAL;
  if (error) {
    close(descriptor);
    return tl::unexpected(error);
  }
  return std::make_unique<PosixFile>(descriptor, static_cast<std::uint64_t>(info.st_size));
}

}  // namespace aforo
