#include "storage/memory_engine.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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
      default:
        return change_name(request);
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

  // A directory is there where a name begins with it, or where it was made here.
  bool is_directory(const std::string& path) const {
    const auto next = files_.lower_bound(path + "/");
    return directories_.contains(path) || (next != files_.end() && next->first.starts_with(path + "/"));
  }
  bool is_there(const std::string& path) const { return files_.contains(path) || is_directory(path); }
  bool is_empty(const std::string& path) const {
    const std::string below = path + "/";
    const auto made = directories_.lower_bound(below);
    const auto next = files_.lower_bound(below);
    return (made == directories_.end() || !made->starts_with(below)) &&
           (next == files_.end() || !next->first.starts_with(below));
  }

  void change_name(IoRequest& request) {
    if (!writable_ || !stays_beneath(request.path)) {
      request.error = writable_ ? EXDEV : EROFS;
      return;
    }
    const std::string path = request.path;
    const std::size_t slash = path.rfind('/');
    if (slash != path.npos && !is_directory(path.substr(0, slash))) {
      request.error = ENOENT;
      return;
    }
    switch (request.operation) {
      case IoOperation::kMakeDirectory:
        request.error = is_there(path) ? EEXIST : 0;
        if (!request.error) directories_.insert(path);
        return;
      case IoOperation::kRename:
        request.error = rename(path, path.substr(0, slash == path.npos ? 0 : slash + 1), request.name);
        return;
      case IoOperation::kRemoveFile:
        request.error = is_directory(path) ? EISDIR : files_.contains(path) ? 0 : ENOENT;
        if (!request.error) writable_->erase(path);
        return;
      case IoOperation::kRemoveDirectory:
        request.error = files_.contains(path) ? ENOTDIR
                        : !is_directory(path) ? ENOENT
                        : is_empty(path)      ? 0
                                              : ENOTEMPTY;
        if (!request.error) directories_.erase(path);
        return;
      default:
        return;
    }
  }

  int rename(const std::string& from, const std::string& directory, const char* name) {
    if (!is_one_name(name)) return EXDEV;
    const std::string to = directory + name;
    if (!is_there(from)) return ENOENT;
    if (is_there(to)) return EEXIST;
    const auto moved = [&](const std::string& path) { return to + path.substr(from.size()); };
    const auto concerns = [&](const std::string& path) {
      return path == from || path.starts_with(from + "/");
    };
    std::vector<std::string> names;
    for (const auto& [path, content] : *writable_)
      if (concerns(path)) names.push_back(path);
    for (const std::string& path : names) {  // the node moves, so that open files stay open
      auto node = writable_->extract(path);
      node.key() = moved(path);
      writable_->insert(std::move(node));
    }
    names.assign(directories_.begin(), directories_.end());
    for (const std::string& path : names)
      if (concerns(path)) directories_.erase(path), directories_.insert(moved(path));
    return 0;
  }

  const MemoryFiles& files_;
  MemoryFiles* writable_;
  std::set<std::string> directories_;
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
