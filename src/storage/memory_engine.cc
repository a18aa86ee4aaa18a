#include "storage/memory_engine.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

#include "storage/beneath.h"
#include "storage/inline_engine.h"

namespace aforo {
namespace {

using Content = std::vector<std::byte>;

class MemoryEngine final : public InlineEngine {
 public:
  // `writable`: the same files where they may be added to, else null.
  MemoryEngine(const MemoryFiles& files, MemoryFiles* writable) : files_(files), writable_(writable) {}
  std::string_view name() const override { return "memory"; }

 protected:
  void answer(IoRequest& request) override {
    switch (request.operation) {
      case IoOperation::kOpen:
        return open(request);
      case IoOperation::kCreate:
        return create(request);
      case IoOperation::kReadFile:
      case IoOperation::kRead:
        return read(request);
      case IoOperation::kWrite:
        return write(request);
      case IoOperation::kSync:
        request.error = find_open(request.file) ? 0 : EBADF;
        return;
      case IoOperation::kClose:
        if (find_open(request.file)) {
          open_[request.file] = {};
        } else {
          request.error = EBADF;
        }
        return;
    }
  }

 private:
  struct OpenFile {
    bool open = false;
    const Content* content = nullptr;  // null: a directory
    Content* grows = nullptr;          // the same, of a file that is written
  };

  // The file's content; null with an errno in `error` if there is none. A directory opens and has no content.
  const Content* look_up(const char* path, int& error) const {
    const std::string_view name(path);
    if (name.size() >= PATH_MAX) return error = ENAMETOOLONG, nullptr;
    if (const auto found = files_.find(name); found != files_.end()) return &found->second;
    const std::string prefix = std::string(name) + "/";
    const auto next = files_.lower_bound(prefix);
    const bool directory = next != files_.end() && next->first.starts_with(prefix);
    error = directory ? 0 : ENOENT;
    return nullptr;
  }

  bool find_open(EngineFile file) const {
    return file >= 0 && static_cast<std::size_t>(file) < open_.size() && open_[file].open;
  }

  EngineFile add_open(const Content* content, Content* grows) {
    const auto unused =
        std::find_if(open_.begin(), open_.end(), [](const auto& entry) { return !entry.open; });
    const auto file = static_cast<EngineFile>(unused - open_.begin());
    if (unused == open_.end()) open_.emplace_back();
    open_[file] = {true, content, grows};
    return file;
  }

  void open(IoRequest& request) {
    const Content* content = look_up(request.path, request.error);
    if (!request.error) request.file = add_open(content, nullptr);
  }

  void create(IoRequest& request) {
    int error = 0;
    look_up(request.path, error);
    if (!writable_) {
      request.error = EROFS;
    } else if (!stays_beneath(request.path)) {
      request.error = EXDEV;
    } else if (error != ENOENT) {
      request.error = error ? error : EEXIST;
    } else {
      Content& content = (*writable_)[request.path];
      request.file = add_open(&content, &content);
    }
  }

  void read(IoRequest& request) {
    const bool whole = request.operation == IoOperation::kReadFile;
    if (!whole && (!find_open(request.file) || open_[request.file].grows)) {
      request.error = EBADF;
      return;
    }
    const Content* content = whole ? look_up(request.path, request.error) : open_[request.file].content;
    if (request.error) return;
    if (!lend_buffer(request)) {
      request.error = ENOMEM;
    } else if (!content) {
      request.error = EISDIR;
    } else {
      const std::uint64_t from = std::min<std::uint64_t>(whole ? 0 : request.offset, content->size());
      request.bytes = std::min(wanted_bytes(request), content->size() - from);
      if (request.bytes) std::memcpy(request.buffer.data(), content->data() + from, request.bytes);
    }
  }

  void write(IoRequest& request) {
    if (!find_open(request.file) || !open_[request.file].grows) {
      request.error = EBADF;
      return;
    }
    Content& content = *open_[request.file].grows;
    const std::uint64_t end = request.offset + request.buffer.size();
    if (!request.buffer.empty() && content.size() < end) content.resize(end);
    std::copy(request.buffer.begin(), request.buffer.end(),
              content.begin() +
                  static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(request.offset, content.size())));
    request.bytes = request.buffer.size();
  }

  const MemoryFiles& files_;
  MemoryFiles* writable_;
  std::vector<OpenFile> open_;
};

}  // namespace

std::unique_ptr<Engine> make_memory_engine(const MemoryFiles& files) {
  return std::make_unique<MemoryEngine>(files, nullptr);
}

std::unique_ptr<Engine> make_writable_memory_engine(MemoryFiles& files) {
  return std::make_unique<MemoryEngine>(files, &files);
}

}  // namespace aforo
