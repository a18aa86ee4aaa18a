#include "generate/generate_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/parallel_for.h"
#include "generate/whose_file.h"

namespace aforo {
namespace {

// Stays in the second-level cache between making and writing. Chosen among powers of two: smaller
// ones cost more system calls per byte.
constexpr std::size_t kBufferedBlock = 1 << 20;
// A device wants large requests when nothing gathers them. Chosen: that much memory per thread.
constexpr std::size_t kDirectBlock = 4 << 20;

// A file that lies where one is to be written.
class Opened {
 public:
  Opened(const Owned& owned, const std::string& path, std::uint64_t size) {
    auto file = owned.open(path);
    if (file && (*file)->size() == size) file_ = std::move(*file);
  }

  bool has_size() const { return file_ != nullptr; }

  // `scratch` is grown as needed. What cannot be read is not there.
  bool holds(std::uint64_t at, std::span<const std::byte> wanted, std::vector<std::byte>& scratch) const {
    if (scratch.size() < wanted.size()) scratch.resize(wanted.size());
    const auto found = std::span(scratch).first(wanted.size());
    return file_->read(at, found) == wanted.size() && std::equal(wanted.begin(), wanted.end(), found.begin());
  }

 private:
  std::unique_ptr<StoreFile> file_;
};

// What one thread needs to write files one after another.
class FileMaker {
 public:
  FileMaker(const GeneratedLayout& layout, const WriteOptions& options, GenerateCounters& counters)
      : layout_(layout),
        owned_(*options.owned),
        writer_(*options.owned, options.direct),
        keep_whole_(options.keep_whole),
        block_bytes_(options.direct ? kDirectBlock : kBufferedBlock),
        block_(static_cast<std::byte*>(std::aligned_alloc(FileWriter::kAlignment, block_bytes_)), &std::free),
        counters_(counters) {
    if (!block_) throw std::bad_alloc();
  }

  // True when the file is complete; false when it failed (`failure`) or `give_up` said so.
  template <class GiveUp>
  bool make(FileId file, const GiveUp& give_up) {
    path_ = layout_.path(file);
    if (keep_whole_ && is_whole(file, give_up)) {
      counters_.kept.fetch_add(1, std::memory_order_relaxed);
      return true;
    }
    if (const int error = write(file, *layout_.open_file(file), give_up)) return fail(path_, error);
    if (gave_up_) return false;
    if (layout_.has_index()) {
      const std::string path = layout_.index_path(file);
      if (const int error = write_index(file, path)) return fail(path, error);
    }
    counters_.files.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  const std::optional<WriteFailure>& failure() const { return failure_; }
  bool direct_refused() const { return writer_.direct_refused(); }
  const WriteTimes& times() const { return writer_.times(); }

 private:
  // A new file, after removing one of the dataset's own; EEXIST where it is somebody else's.
  template <class WhoseIsIt>
  int open(const std::string& path, FileWriter::Size size, WhoseIsIt whose_is_it) {
    int error = writer_.open(path, size);
    if (error == EEXIST && whose_is_it() != Whose::kForeign) {
      error = owned_.remove_file(path);
      if (!error) error = writer_.open(path, size);
    }
    made_ = error == 0;
    return error;
  }

  template <class GiveUp>
  int write(FileId file, ByteSource& source, const GiveUp& give_up) {
    if (const int error =
            open(path_, FileWriter::Size::kLarge, [&] { return whose_data(owned_, layout_, file); }))
      return error;
    const std::uint64_t size = source.size();
    for (std::uint64_t at = 0; at < size;) {
      if (at > 0 && give_up()) {
        gave_up_ = true;
        break;
      }
      const std::span part(block_.get(), std::min<std::uint64_t>(block_bytes_, size - at));
      source.fill(at, part);
      if (const int error = writer_.append(part)) return error;
      at += part.size();
      counters_.bytes.fetch_add(part.size(), std::memory_order_relaxed);
    }
    return writer_.close();
  }

  // Past the mark a killed process left whole files and torn ones, and a crashed machine some of
  // the right size without their bytes: every byte is compared with what would be written. A
  // differing file costs a block.
  template <class GiveUp>
  bool is_whole(FileId file, const GiveUp& give_up) {
    const Opened there(owned_, path_, layout_.file_size(file));
    if (!there.has_size()) return false;
    if (layout_.has_index()) {
      const std::string text = layout_.index_text(file);
      const Opened index(owned_, layout_.index_path(file), text.size());
      if (!index.has_size() || !index.holds(0, std::as_bytes(std::span(text)), found_)) return false;
    }
    const auto source = layout_.open_file(file);
    for (std::uint64_t at = 0; at < source->size();) {
      if (give_up()) return false;
      const std::span part(block_.get(), std::min<std::uint64_t>(kBufferedBlock, source->size() - at));
      source->fill(at, part);
      if (!there.holds(at, part, found_)) return false;
      at += part.size();
    }
    return true;
  }

  int write_index(FileId file, const std::string& path) {
    const std::string text = layout_.index_text(file);
    if (const int error =
            open(path, FileWriter::Size::kSmall, [&] { return whose_index(owned_, layout_, file); }))
      return error;
    if (const int error = writer_.append(std::as_bytes(std::span(text)))) return error;
    counters_.bytes.fetch_add(text.size(), std::memory_order_relaxed);
    return writer_.close();
  }

  bool fail(const std::string& path, int error) {
    if (made_) owned_.remove_file(path);
    failure_ = WriteFailure{path, error};
    return false;
  }

  const GeneratedLayout& layout_;
  const Owned& owned_;
  FileWriter writer_;
  bool keep_whole_;
  std::size_t block_bytes_;
  std::unique_ptr<std::byte, decltype(&std::free)> block_;
  GenerateCounters& counters_;
  std::vector<std::byte> found_;  // what lies there, to be compared
  std::string path_;
  std::optional<WriteFailure> failure_;
  bool gave_up_ = false;
  // The file under way is this writer's own.
  bool made_ = false;
};

}  // namespace

WriteOutcome write_files(const GeneratedLayout& layout, const FilesToWrite& work, const WriteOptions& options,
                         FileClaims& claims, std::stop_token stop, GenerateCounters& counters) {
  WriteOutcome outcome;
  std::mutex outcome_mutex;
  std::atomic<bool> failed{false};
  const auto give_up = [&] { return failed.load(std::memory_order_relaxed) || stop.stop_requested(); };
  parallel_for(options.threads, 1, options.threads, {}, [&](unsigned, std::uint64_t worker, std::uint64_t) {
    const auto thread = static_cast<unsigned>(worker);
    FileMaker maker(layout, options, counters);
    bool going = true;
    while (going && !give_up()) {
      const auto range = claims.claim(thread);
      if (range.empty()) break;
      for (std::uint64_t i = range.begin; going && i < range.end; ++i) {
        going = !give_up() && maker.make(work[i], give_up);
        if (going) claims.finished(thread, i);
      }
    }
    const std::lock_guard lock(outcome_mutex);
    outcome.direct_refused |= maker.direct_refused();
    outcome.times.merge(maker.times());
    if (maker.failure() && !outcome.failure) outcome.failure = maker.failure();
    if (maker.failure()) failed = true;
  });
  return outcome;
}

FilesFound find_incomplete(const GeneratedLayout& layout, FileId end, const WriteOptions& options,
                           std::stop_token stop, GenerateCounters& counters) {
  FilesFound found;
  std::mutex mutex;
  std::atomic<bool> any_ours{false};
  const Owned& owned = *options.owned;
  const std::uint64_t count = options.share.below(end);
  parallel_for(count, 256, options.threads, stop, [&](unsigned, std::uint64_t begin, std::uint64_t behind) {
    for (std::uint64_t i = begin; i < behind; ++i) {
      const FileId file = options.share[i];
      const Whose data = whose_data(owned, layout, file);
      const Whose index = layout.has_index() ? whose_index(owned, layout, file) : Whose::kOurs;
      counters.checked.fetch_add(1, std::memory_order_relaxed);
      if (data == Whose::kOurs || data == Whose::kTorn) any_ours.store(true, std::memory_order_relaxed);
      if (data == Whose::kOurs && index == Whose::kOurs) continue;
      const std::lock_guard lock(mutex);
      found.incomplete.push_back(file);
      if (data != Whose::kForeign && index != Whose::kForeign) continue;
      if (found.foreign++ == 0)
        found.foreign_example = data == Whose::kForeign ? layout.path(file) : layout.index_path(file);
    }
  });
  std::sort(found.incomplete.begin(), found.incomplete.end());
  found.any_ours = any_ours;
  return found;
}

}  // namespace aforo
