#include "generate/whose_file.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/units.h"

namespace aforo {
namespace {

// What a file system allocates and loses as one. The smallest in use: larger ones are several of these.
constexpr std::size_t kBlock = 4096;
// Read at once. Chosen: a multiple of kBlock; more gains nothing.
constexpr std::size_t kPiece = 64 * kBlock;

bool is_zero(std::byte byte) { return byte == std::byte{0}; }

// Whether each block of `found` is that of `wanted` or has been lost.
bool only_lost_blocks(std::span<const std::byte> found, std::span<const std::byte> wanted) {
  for (std::size_t at = 0; at < found.size(); at += kBlock) {
    const auto block = found.subspan(at, std::min(kBlock, found.size() - at));
    if (!std::equal(block.begin(), block.end(), wanted.begin() + static_cast<std::ptrdiff_t>(at)) &&
        !std::all_of(block.begin(), block.end(), is_zero))
      return false;
  }
  return true;
}

// Fills its span with what the dataset has from an offset on.
using Fill = std::function<void(std::uint64_t, std::span<std::byte>)>;

bool is_torn(const Owned& owned, const std::string& path, const Fill& fill) {
  const auto file = owned.open(path);
  if (!file) return false;
  std::vector<std::byte> found(std::min<std::uint64_t>((*file)->size(), kPiece)), wanted(found.size());
  for (std::uint64_t at = 0; at < (*file)->size();) {
    const std::size_t part = std::min<std::uint64_t>(found.size(), (*file)->size() - at);
    const auto got = (*file)->read(at, std::span(found).first(part));
    if (!got || *got != part) return false;
    fill(at, std::span(wanted).first(part));
    if (!only_lost_blocks(std::span(found).first(part), std::span(wanted).first(part))) return false;
    at += part;
  }
  return true;
}

// `source` is asked for what the file should hold only where its size is not enough.
template <class Source>
Whose whose(const Owned& owned, const std::string& path, std::uint64_t size, Source source) {
  const StoreEntry found = owned.look(path);
  if (found.kind == EntryKind::kNothing) return Whose::kNobodys;
  if (found.kind != EntryKind::kFile || found.size > size) return Whose::kForeign;
  if (found.size == size) return Whose::kOurs;
  return is_torn(owned, path, source()) ? Whose::kTorn : Whose::kForeign;
}

}  // namespace

Whose whose_data(const Owned& owned, const GeneratedLayout& layout, FileId file) {
  return whose(owned, layout.path(file), layout.file_size(file), [&layout, file]() -> Fill {
    const std::shared_ptr<ByteSource> source = layout.open_file(file);
    return [source](std::uint64_t at, std::span<std::byte> part) { source->fill(at, part); };
  });
}

Whose whose_index(const Owned& owned, const GeneratedLayout& layout, FileId file) {
  const std::string text = layout.index_text(file);
  return whose(owned, layout.index_path(file), text.size(), [&text]() -> Fill {
    return [&text](std::uint64_t at, std::span<std::byte> part) {
      const auto bytes = std::as_bytes(std::span(text)).subspan(at, part.size());
      std::copy(bytes.begin(), bytes.end(), part.begin());
    };
  });
}

std::optional<NamedFile> file_named(const GeneratedLayout& layout, std::string_view name) {
  constexpr std::string_view kDigits = "0123456789";
  const std::size_t begin = name.find_first_of(kDigits, name.rfind('/') + 1);
  if (begin == name.npos) return std::nullopt;
  const std::size_t end = std::min(name.find_first_not_of(kDigits, begin), name.size());
  FileId file = 0;
  if (std::from_chars(name.data() + begin, name.data() + end, file).ec != std::errc{} ||
      file >= layout.files())
    return std::nullopt;
  if (name == layout.path(file)) return NamedFile{file, false};
  if (layout.has_index() && name == layout.index_path(file)) return NamedFile{file, true};
  return std::nullopt;
}

std::string describe_entry(const Owned& owned, const std::string& path) {
  const StoreEntry found = owned.look(path);
  switch (found.kind) {
    case EntryKind::kFile:
      return "a file of " + format_bytes({found.size});
    case EntryKind::kDirectory:
      return "a directory";
    case EntryKind::kLink:
      return "a symbolic link";
    case EntryKind::kNothing:
    case EntryKind::kOther:
      break;
  }
  return "something else";
}

}  // namespace aforo
