#include "storage/store.h"

#include <algorithm>
#include <cerrno>

#include "base/parallel_for.h"

namespace aforo {

unsigned threads_for(const Store& store, unsigned asked) {
  constexpr unsigned kWaiting = 16;
  const unsigned cores = thread_count(asked);
  return asked == 0 && store.info().remote ? std::max(cores, kWaiting) : cores;
}

int Store::list_versions(const VersionSink& sink) const {
  ListOptions options;
  options.everything = true;
  const Listing listing =
      list(options, {}, [&](unsigned, std::string_view name, std::uint64_t size) { sink(name, size, {}); });
  return listing.cut_short || listing.errors > 0 ? EIO : 0;
}

tl::expected<std::size_t, int> read_at(const Store& store, std::string_view name, std::uint64_t offset,
                                       std::span<std::byte> buffer) {
  const auto file = store.open(name);
  if (!file) return tl::unexpected(file.error());
  return (*file)->read(offset, buffer);
}

tl::expected<std::string, int> read_text(const Store& store, std::string_view name, std::uint64_t most) {
  const auto file = store.open(name);
  if (!file) return tl::unexpected(file.error());
  if ((*file)->size() > most) return tl::unexpected(EFBIG);
  std::string text((*file)->size(), '\0');
  const auto got = (*file)->read(0, std::as_writable_bytes(std::span(text)));
  if (!got) return tl::unexpected(got.error());
  text.resize(*got);
  return text;
}

}  // namespace aforo
