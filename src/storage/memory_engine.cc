#include "storage/memory_engine.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>
#include <utility>

#include "storage/inline_engine.h"

namespace aforo {
namespace {

using Content = std::vector<std::byte>;

class MemoryEngine final : public InlineEngine {
 public:
  explicit MemoryEngine(const MemoryFiles& files) : files_(files) {}
  std::string_view name() const override { return "memory"; }

 protected:
  void answer(IoRequest& request) override {
    switch (request.operation) {
      case IoOperation::kOpen:
        return open(request);
      case IoOperation::kClose:
        if (find_open(request.file)) {
          open_[request.file].first = false;
        } else {
          request.error = EBADF;
        }
        return;
      case IoOperation::kReadFile:
      case IoOperation::kRead:
        return read(request);
    }
  }

 private:
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
    return file >= 0 && static_cast<std::size_t>(file) < open_.size() && open_[file].first;
  }

  void open(IoRequest& request) {
    const Content* content = look_up(request.path, request.error);
    if (request.error) return;
    const auto unused =
        std::find_if(open_.begin(), open_.end(), [](const auto& entry) { return !entry.first; });
    request.file = static_cast<EngineFile>(unused - open_.begin());
    if (unused == open_.end()) open_.emplace_back();
    open_[request.file] = {true, content};
  }

  void read(IoRequest& request) {
    const bool whole = request.operation == IoOperation::kReadFile;
    if (!whole && !find_open(request.file)) {
      request.error = EBADF;
      return;
    }
    const Content* content = whole ? look_up(request.path, request.error) : open_[request.file].second;
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

  const MemoryFiles& files_;
  std::vector<std::pair<bool, const Content*>> open_;  // is it open, content (null: a directory)
};

}  // namespace

std::unique_ptr<Engine> make_memory_engine(const MemoryFiles& files) {
  return std::make_unique<MemoryEngine>(files);
}

}  // namespace aforo
