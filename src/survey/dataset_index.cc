#include "survey/dataset_index.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/error.h"

namespace aforo {
namespace {

// An open file seen through a window that is wide where headers lie close together and
// narrow where they do not.
class Window final : public HeaderReader {
 public:
  Window(const Store& store, const std::string& path) : store_(store), path_(path) {}

  std::string failure() const override { return error_ == 0 ? "" : describe_errno(error_); }

  std::optional<std::string> beside(std::string_view added, bool instead) const override {
    const std::size_t slash = path_.rfind('/');
    const std::size_t dot = path_.rfind('.');
    const bool has_dot = dot != path_.npos && (slash == path_.npos || dot > slash);
    const std::string name = path_.substr(0, instead && has_dot ? dot : path_.npos).append(added);
    if (name == path_) return std::nullopt;
    auto text = read_text(store_, name, kLargestIndex);
    if (!text) return std::nullopt;
    return std::move(*text);
  }

  std::span<const std::byte> at(std::uint64_t offset, std::size_t count) override {
    if (offset < begin_ || offset + count > begin_ + filled_) fill(offset, count);
    if (offset < begin_ || offset >= begin_ + filled_) return {};
    return std::span(buffer_.get() + (offset - begin_),
                     std::min<std::uint64_t>(count, begin_ + filled_ - offset));
  }

 private:
  // Chosen: an index beside a file of some ten million samples still fits; a larger one is no index.
  static constexpr std::uint64_t kLargestIndex = 256 << 20;
  // What is read at once where headers lie close together, and of a header far away. Chosen: a few requests
  // for a whole directory of a file, and one page where the next header is a sample away.
  static constexpr std::size_t kWide = 256 << 10;
  static constexpr std::size_t kNarrow = 4 << 10;

  void fill(std::uint64_t offset, std::size_t count) {
    open();
    count = std::min(count, kWide);
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

  // Not before a byte is asked for: an index beside the file may tell it all.
  void open() {
    if (file_ || error_ != 0) return;
    auto file = store_.open(path_);
    if (!file) {
      error_ = file.error();
      return;
    }
    file_ = std::move(*file);
    file_->expect_jumps();
  }

  const Store& store_;
  const std::string& path_;
  std::unique_ptr<StoreFile> file_;
  int error_ = 0;
  std::uint64_t begin_ = 0;
  std::size_t filled_ = 0;
  std::unique_ptr<std::byte[]> buffer_ = std::make_unique<std::byte[]>(kWide);
};

}  // namespace

FileIndex index_file(const Container& container, const Store& store, const std::string& path,
                     std::uint64_t size) {
  Window file(store, path);
  return container.index(file, size);
}

}  // namespace aforo
