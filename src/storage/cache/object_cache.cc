#include "storage/cache/object_cache.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace aforo {
namespace {

constexpr std::size_t kCopied = 256 << 10;  // bytes at a time, from the store to the disk

void add(std::atomic<std::uint64_t>& counter, std::uint64_t n = 1) {
  counter.fetch_add(n, std::memory_order_relaxed);
}

bool is_ending(const ObjectCache::Ask& ask) {
  return ask.ending != nullptr && ask.ending->load(std::memory_order_relaxed);
}

// Bytes of an object of `size` that are asked for.
std::uint64_t wanted(const ObjectCache::Ask& ask, std::uint64_t size) {
  return ask.offset >= size ? 0 : std::min<std::uint64_t>(ask.buffer.size(), size - ask.offset);
}

// What of the piece [at, at + bytes) is asked for.
void copy_wanted(const ObjectCache::Ask& ask, std::uint64_t at, std::span<const std::byte> bytes) {
  const std::uint64_t begin = std::max(at, ask.offset),
                      end = std::min(at + bytes.size(), ask.offset + ask.buffer.size());
  if (begin < end)
    std::memcpy(ask.buffer.data() + (begin - ask.offset), bytes.data() + (begin - at), end - begin);
}

}  // namespace

struct ObjectCache::Fetched {
  int error = 0;       // of the store
  int disk_error = 0;  // it was read as far as it is wanted, and is not kept
  std::uint64_t version = 0;
  Seconds opened{0};
};

ObjectCache::ObjectCache(std::shared_ptr<const Store> store, const CacheOptions& options)
    : store_(std::move(store)), directory_(options, *store_) {}

tl::expected<std::uint64_t, int> ObjectCache::size_of(const std::string& name) const {
  if (const auto held = directory_.index().find(cached_object(name, {}))) return held->size;
  return store_->size_of(name);
}

std::string ObjectCache::path_of(std::string_view name) {
  const auto held = directory_.index().find(cached_object(name, {}));
  return held ? directory_.path_of(held->object) : std::string();
}

ObjectCache::Answer ObjectCache::read(Ask ask) {
  CacheIndex& index = directory_.index();
  const CachedObject object = cached_object(ask.name, {});
  bool waited = false, sure = !ask.size;  // that its size is what the store says now
  for (;;) {
    if (is_ending(ask)) return {ECANCELED};
    if (!ask.size) {
      const auto size = size_of(ask.name);
      if (!size) return {size.error()};
      ask.size = *size;
    }
    const CacheIndex::Taken taken = index.take(object, *ask.size);
    add(counters_.evicted, taken.evicted);
    if (taken.way == CacheIndex::Way::kBusy) {
      waited = true;
      index.wait(taken.slot);
      continue;
    }
    if (taken.way == CacheIndex::Way::kHit) {
      const auto answer = read_held(ask, taken);
      if (!answer) continue;  // it is fetched again
      add(counters_.hits), add(counters_.bytes_hit, answer->bytes);
      if (waited) add(counters_.waited);
      return *answer;
    }
    const Answer answer =
        taken.way == CacheIndex::Way::kFill ? fill(ask, taken, *ask.size) : pass(ask, *ask.size);
    if (answer.error != ESTALE || sure) return answer;
    sure = true;
    ask.size.reset();
  }
}

std::optional<ObjectCache::Answer> ObjectCache::read_held(const Ask& ask, const CacheIndex::Taken& taken) {
  const CachedObject object{cached_object(ask.name, {}).name, taken.version};
  const std::uint64_t most = wanted(ask, taken.size);
  const int file = directory_.open(object, ask.direct);
  Answer answer;
  answer.opened = monotonic_now();
  if (file < 0) answer.error = -file;
  // Past the page cache whole blocks are asked for, and the last one ends with the file.
  while (answer.error == 0 && answer.bytes < most) {
    const auto rest = ask.buffer.subspan(answer.bytes);
    const ssize_t n = pread(
        file, rest.data(), ask.direct ? rest.size() : std::min<std::size_t>(rest.size(), most - answer.bytes),
        static_cast<off_t>(ask.offset + answer.bytes));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) answer.error = n < 0 ? errno : EIO;
    if (n > 0) answer.bytes = std::min(answer.bytes + static_cast<std::uint64_t>(n), most);
  }
  if (file >= 0) close(file);
  if (answer.error == 0 || (ask.direct && answer.error == EINVAL) || answer.error == EMFILE ||
      answer.error == ENFILE) {
    directory_.index().release(taken.slot);
    return answer;
  }
  add(counters_.disk_failed);
  directory_.index().drop(taken.slot);
  return std::nullopt;
}

// The slot is claimed, and is given up whatever happens.
ObjectCache::Answer ObjectCache::fill(const Ask& ask, const CacheIndex::Taken& taken, std::uint64_t size) {
  Fetched fetched;
  try {
    fetched = fetch(ask, size);
  } catch (...) {
    directory_.index().failed(taken);
    throw;
  }
  if (fetched.error != 0 || fetched.disk_error != 0)
    directory_.index().failed(taken);
  else
    directory_.index().filled(taken, fetched.version);
  if (fetched.error != 0) return {fetched.error};
  const std::uint64_t bytes = wanted(ask, size);
  if (fetched.disk_error != 0) {
    count_disk(fetched.disk_error);
    add(counters_.passed), add(counters_.bytes_passed, bytes);
    return {0, bytes, fetched.opened};
  }
  add(counters_.misses), add(counters_.bytes_missed, bytes);
  add(counters_.filled), add(counters_.bytes_filled, size);
  return {0, bytes, fetched.opened};
}

ObjectCache::Fetched ObjectCache::fetch(const Ask& ask, std::uint64_t size) {
  Fetched out;
  const auto file = store_->open_whole(ask.name, size);
  if (!file) return {file.error()};
  if ((*file)->size() != size) return {ESTALE};
  out.opened = monotonic_now();
  CacheDirectory::Filling filling(directory_);
  std::vector<std::byte> piece(std::min<std::uint64_t>(size, kCopied));
  const std::uint64_t end = ask.offset + ask.buffer.size();
  for (std::uint64_t at = 0; at < size && (out.disk_error == 0 || at < end);) {
    if (is_ending(ask)) return {ECANCELED};
    const auto rest = std::span(piece).first(std::min<std::uint64_t>(piece.size(), size - at));
    const auto got = (*file)->read(at, rest);
    if (!got) return {got.error()};
    if (*got != rest.size()) return {ESTALE};
    copy_wanted(ask, at, rest);
    out.disk_error = filling.write(at, rest);
    at += rest.size();
  }
  CachedObject object = cached_object(ask.name, (*file)->version());
  out.version = object.version;
  if (out.disk_error == 0) out.disk_error = filling.keep(object);
  return out;
}

ObjectCache::Answer ObjectCache::pass(const Ask& ask, std::uint64_t size) {
  PassedObject own;
  PassedObject& passed = ask.passed != nullptr ? *ask.passed : own;
  const std::lock_guard lock(passed.mutex);
  if (!passed.file) {
    const bool whole = wanted(ask, size) == size;
    auto file = whole ? store_->open_whole(ask.name, size) : store_->open(ask.name);
    if (!file) return {file.error()};
    if (whole && (*file)->size() != size) return {ESTALE};
    if (!whole) (*file)->expect_jumps();
    passed.file = std::move(*file);
  }
  const Seconds opened = monotonic_now();
  const auto got = passed.file->read(ask.offset, ask.buffer);
  if (!got) {
    passed.file.reset();
    return {got.error()};
  }
  add(counters_.passed), add(counters_.bytes_passed, *got);
  return {0, *got, opened};
}

void ObjectCache::count_disk(int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  add(full ? counters_.disk_full : counters_.disk_failed);
}

}  // namespace aforo
