#include "dataset/zip.h"

#include <fmt/format.h>

#include <algorithm>

#include "dataset/bytes.h"
#include "dataset/checksum.h"

namespace aforo {
namespace {

// Sizes without what is variable, and signatures, of PKWARE's APPNOTE 4.3.
constexpr std::size_t kEndBytes = 22, kEnd64Bytes = 56, kLocatorBytes = 20, kEntryBytes = 46,
                      kLocalBytes = 30;
constexpr std::uint32_t kEndMagic = 0x06054b50, kEnd64Magic = 0x06064b50, kLocatorMagic = 0x07064b50;
constexpr std::uint32_t kEntryMagic = 0x02014b50, kLocalMagic = 0x04034b50;
// A 32-bit field that says "see the zip64 extra field" (4.5.3).
constexpr std::uint32_t kInZip64 = 0xffffffff;

using Error = tl::unexpected<std::string>;

struct Directory {
  std::uint64_t offset = 0, size = 0, entries = 0;
};

// True if [offset, offset + length) lies in `file`.
bool inside(std::span<const std::byte> file, std::uint64_t offset, std::uint64_t length) {
  return offset <= file.size() && length <= file.size() - offset;
}

std::optional<std::size_t> find_end(std::span<const std::byte> file) {
  if (file.size() < kEndBytes) return std::nullopt;
  const std::size_t last = file.size() - kEndBytes;
  // The archive's comment is at most this long.
  const std::size_t first = last - std::min<std::size_t>(last, 0xffff);
  for (std::size_t at = last + 1; at-- > first;) {
    if (load_le<std::uint32_t>(&file[at]) == kEndMagic &&
        at + kEndBytes + load_le<std::uint16_t>(&file[at + 20]) == file.size()) {
      return at;
    }
  }
  return std::nullopt;
}

tl::expected<Directory, std::string> find_directory(std::span<const std::byte> file) {
  const auto end = find_end(file);
  if (!end) return Error("expected a zip file, found no end of central directory");
  Directory directory{load_le<std::uint32_t>(&file[*end + 16]), load_le<std::uint32_t>(&file[*end + 12]),
                      load_le<std::uint16_t>(&file[*end + 10])};
  if (*end >= kLocatorBytes && load_le<std::uint32_t>(&file[*end - kLocatorBytes]) == kLocatorMagic) {
    const auto at = load_le<std::uint64_t>(&file[*end - kLocatorBytes + 8]);
    if (!inside(file, at, kEnd64Bytes) || load_le<std::uint32_t>(&file[at]) != kEnd64Magic) {
      return Error("zip64 end of central directory is not where its locator says");
    }
    directory = {load_le<std::uint64_t>(&file[at + 48]), load_le<std::uint64_t>(&file[at + 40]),
                 load_le<std::uint64_t>(&file[at + 32])};
  }
  if (!inside(file, directory.offset, directory.size))
    return Error("zip central directory lies outside the file");
  return directory;
}

// Replaces sizes and offset that say "see zip64" by those of the extra field 0x0001, in the order
// the format fixes.
bool take_zip64(std::span<const std::byte> extra, ZipMember& member, std::uint64_t& local) {
  while (extra.size() >= 4) {
    const auto id = load_le<std::uint16_t>(extra.data());
    const std::size_t length = load_le<std::uint16_t>(&extra[2]);
    if (length > extra.size() - 4) return false;
    auto field = extra.subspan(4, length);
    extra = extra.subspan(4 + length);
    if (id != 1) continue;
    for (std::uint64_t* value : {&member.size, &member.stored_size, &local}) {
      if (*value != kInZip64) continue;
      if (field.size() < 8) return false;
      *value = load_le<std::uint64_t>(field.data());
      field = field.subspan(8);
    }
  }
  return true;
}

tl::expected<ZipMember, std::string> read_entry(std::span<const std::byte> file,
                                                std::span<const std::byte>& left) {
  if (left.size() < kEntryBytes || load_le<std::uint32_t>(left.data()) != kEntryMagic) {
    return Error("zip central directory is damaged");
  }
  const std::size_t name = load_le<std::uint16_t>(&left[28]), extra = load_le<std::uint16_t>(&left[30]);
  const std::size_t whole = kEntryBytes + name + extra + load_le<std::uint16_t>(&left[32]);
  if (left.size() < whole) return Error("zip central directory is cut short");
  ZipMember member;
  member.name = as_text(left.subspan(kEntryBytes, name));
  member.method = load_le<std::uint16_t>(&left[10]);
  member.crc = load_le<std::uint32_t>(&left[16]);
  member.stored_size = load_le<std::uint32_t>(&left[20]);
  member.size = load_le<std::uint32_t>(&left[24]);
  std::uint64_t local = load_le<std::uint32_t>(&left[42]);
  if (!take_zip64(left.subspan(kEntryBytes + name, extra), member, local))
    return Error("zip64 field is damaged");
  left = left.subspan(whole);
  if (!inside(file, local, kLocalBytes) || load_le<std::uint32_t>(&file[local]) != kLocalMagic) {
    return Error(fmt::format("zip member '{}': no local header at byte {}", member.name, local));
  }
  member.data_offset = local + kLocalBytes + load_le<std::uint16_t>(&file[local + 26]) +
                       load_le<std::uint16_t>(&file[local + 28]);
  if (!inside(file, member.data_offset, member.stored_size)) {
    return Error(fmt::format("zip member '{}' lies outside the file", member.name));
  }
  if (member.method == 0 && member.size != member.stored_size) {
    return Error(fmt::format("zip member '{}': stored, but of two different sizes", member.name));
  }
  return member;
}

// The text after 'key': in a python dict literal; empty if it is not there.
std::string_view dict_value(std::string_view dict, std::string_view key) {
  const auto at = dict.find(fmt::format("'{}'", key));
  if (at == dict.npos) return {};
  dict.remove_prefix(at + key.size() + 2);
  const auto colon = dict.find_first_not_of(' ');
  if (colon == dict.npos || dict[colon] != ':') return {};
  const auto value = dict.find_first_not_of(' ', colon + 1);
  return value == dict.npos ? std::string_view() : dict.substr(value);
}

std::optional<std::vector<std::uint64_t>> parse_shape(std::string_view text) {
  if (text.empty() || text[0] != '(') return std::nullopt;
  std::vector<std::uint64_t> shape;
  bool digits = false;
  std::uint64_t value = 0;
  for (const char c : text.substr(1)) {
    if (c >= '0' && c <= '9') {
      if (value > (~std::uint64_t{0} - 9) / 10) return std::nullopt;
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
      digits = true;
    } else if (c == ',' || c == ')') {
      if (digits) shape.push_back(value);
      value = 0;
      digits = false;
      if (c == ')') return shape;
    } else if (c != ' ' && c != 'L') {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

tl::expected<std::vector<ZipMember>, std::string> read_zip(std::span<const std::byte> file) {
  const auto directory = find_directory(file);
  if (!directory) return Error(directory.error());
  auto left = file.subspan(directory->offset, directory->size);
  std::vector<ZipMember> members;
  for (std::uint64_t i = 0; i < directory->entries; ++i) {
    auto member = read_entry(file, left);
    if (!member) return Error(member.error());
    members.push_back(std::move(*member));
  }
  return members;
}

std::optional<std::uint64_t> NpyHeader::data_bytes() const {
  const auto first = descr.find_first_of("0123456789");
  if (descr.size() < 2 || first == descr.npos || descr[first - (first > 0)] == 'O') return std::nullopt;
  std::uint64_t bytes = 0;
  for (const char c : std::string_view(descr).substr(first)) {
    if (c < '0' || c > '9' || bytes > 1'000'000'000) return std::nullopt;
    bytes = bytes * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (descr[first - (first > 0)] == 'U') bytes *= 4;  // numpy counts characters of four bytes
  for (const std::uint64_t n : shape) {
    if (__builtin_mul_overflow(bytes, n, &bytes)) return std::nullopt;
  }
  return bytes;
}

tl::expected<NpyHeader, std::string> read_npy_header(std::span<const std::byte> file) {
  if (file.size() < 12 || as_text(file.first(6)) != "\x93NUMPY") {
    return Error("expected an npy header, found other bytes");
  }
  const auto version = static_cast<unsigned>(file[6]);
  if (version < 1 || version > 3) return Error(fmt::format("expected npy version 1 to 3, found {}", version));
  const std::size_t front = version == 1 ? 10 : 12;
  const std::size_t length =
      version == 1 ? load_le<std::uint16_t>(&file[8]) : load_le<std::uint32_t>(&file[8]);
  if (length > file.size() - front) return Error(fmt::format("npy header of {} bytes is cut short", length));
  const auto dict = as_text(file.subspan(front, length));
  NpyHeader header;
  header.data_offset = front + length;
  const auto descr = dict_value(dict, "descr");
  const auto shape = parse_shape(dict_value(dict, "shape"));
  if (descr.empty() || !shape) return Error("npy header names no descr or no shape");
  header.shape = *shape;
  if (descr[0] == '\'') header.descr = descr.substr(1, descr.find('\'', 1) - 1);  // else a structured type
  header.fortran_order = dict_value(dict, "fortran_order").substr(0, 4) == "True";
  return header;
}

tl::expected<void, std::string> check_npz(std::span<const std::byte> file) {
  const auto members = read_zip(file);
  if (!members) return Error(members.error());
  for (const ZipMember& member : *members) {
    if (member.method != 0) continue;  // compressed by numpy.savez_compressed: its CRC is of what is not here
    const auto data = file.subspan(member.data_offset, member.stored_size);
    if (crc32_zip(data) != member.crc)
      return Error(fmt::format("zip member '{}': checksum differs", member.name));
    if (!member.name.ends_with(".npy")) continue;
    const auto header = read_npy_header(data);
    if (!header) return Error(fmt::format("zip member '{}': {}", member.name, header.error()));
    const auto bytes = header->data_bytes();
    if (bytes && *bytes != data.size() - header->data_offset) {
      return Error(fmt::format("zip member '{}': its shape says {} bytes, found {}", member.name, *bytes,
                               data.size() - header->data_offset));
    }
  }
  return {};
}

}  // namespace aforo
