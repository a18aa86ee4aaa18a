#include "dataset/tar.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <unordered_set>

#include "dataset/bytes.h"
#include "dataset/envelope.h"

namespace aforo {
namespace {

// Offsets in a header (tar.h).
constexpr std::size_t kSizeAt = 124, kHeaderChecksumAt = 148, kTypeAt = 156, kMagicAt = 257, kPrefixAt = 345;
// Of a member with holes: whether its map goes on, in the header and in a block that continues it.
constexpr std::size_t kMapGoesOnAt = 482, kMapBlockGoesOnAt = 504;
// Chosen, far above PATH_MAX: a name or a pax header longer than this is damage, and not gathered.
constexpr std::uint64_t kLongestExtension = 1 << 20;

std::uint32_t header_checksum(std::string_view header) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < kTarBlock; ++i) {
    const bool own = i >= kHeaderChecksumAt && i < kHeaderChecksumAt + 8;
    sum += own ? static_cast<unsigned char>(' ') : static_cast<unsigned char>(header[i]);
  }
  return sum;
}

// An octal field, or GNU's base-256 when its top bit is set. Nothing if it is neither or too large.
std::optional<std::uint64_t> number(std::string_view field) {
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) {
    for (std::size_t i = 1; i < field.size(); ++i) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(field[i]);
    }
    return value;
  }
  const auto first = field.find_first_not_of(' ');
  if (first == field.npos) return std::nullopt;
  const auto digits = field.substr(first, field.find_first_of(std::string_view(" \0", 2), first) - first);
  if (digits.empty()) return 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string_view text_field(std::string_view field) { return field.substr(0, field.find('\0')); }

std::string member_name(std::string_view header) {
  const auto name = text_field(header.substr(0, 100));
  const auto prefix = header.substr(kMagicAt, 6) == std::string_view("ustar\0", 6)
                          ? text_field(header.substr(kPrefixAt, 155))
                          : std::string_view();
  return prefix.empty() ? std::string(name) : fmt::format("{}/{}", prefix, name);
}

// Before POSIX there was no magic; what follows the link's name was unused, and some write device numbers there. A
// checksum is a sum, so other blocks may have it by chance: a name, a size and a type must be there too.
bool is_v7_header(std::string_view header) {
  if (header.substr(kMagicAt, 8).find_first_not_of('\0') != header.npos || header[0] == '\0') return false;
  const char type = header[kTypeAt];
  return number(header.substr(kSizeAt, 12)) && (type == '\0' || (type >= '0' && type <= '2'));
}

// Finds keys that come again, and suffixes that a sample has several times. Views are of names that outlive it.
class Alikes {
 public:
  explicit Alikes(ShardOddities* odd) : odd_(odd) {}

  void begin(std::string_view key) {
    suffixes_.clear();
    told_ = false;
    if (odd_ == nullptr || keys_.insert(key).second) return;
    if (odd_->again++ == 0) odd_->again_such_as = key;
  }

  void add(std::string_view name) {
    if (odd_ == nullptr || told_) return;
    const auto [first, is_new] = suffixes_.try_emplace(name.substr(name.rfind('.')), name);
    if (is_new) return;
    told_ = true;
    if (odd_->alike++ == 0) odd_->alike_such_as = fmt::format("{} and {}", first->second, name);
  }

 private:
  ShardOddities* odd_;
  std::unordered_set<std::string_view> keys_;
  std::map<std::string_view, std::string_view>
      suffixes_;  // of the sample, each with the first name that has it
  bool told_ = false;
};

class TarFormat final : public EnvelopeFormat {
 public:
  explicit TarFormat(Content content) : EnvelopeFormat(content_format(content)) {}
  std::string_view name() const override { return "webdataset"; }
  std::string_view extension() const override { return "tar"; }
  std::uint64_t min_bytes() const override { return content().min_bytes(); }
  std::uint64_t stored_bytes(std::uint64_t target) const override {
    return kTarBlock + padded_to_block(content().stored_bytes(target));
  }

 private:
  std::optional<std::size_t> content_offset(std::span<const std::byte> bytes) const override {
    if (bytes.size() < kTarBlock || !is_tar_header(bytes.first(kTarBlock))) return std::nullopt;
    return kTarBlock;
  }

  Envelope make(const SampleIdentity& identity, std::uint64_t target) const override {
    Envelope e;
    e.content_target = target;
    const std::uint64_t size = content().stored_bytes(target);
    std::string header(kTarBlock, '\0');
    const auto put = [&header](std::size_t at, std::string_view text) {
      header.replace(at, text.size(), text);
    };
    put(0, fmt::format("{:010}.{}", identity.sample, content().extension()));
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    if (size < std::uint64_t{1} << 33) {
      put(kSizeAt, fmt::format("{:011o}", size));
    } else {
      header[kSizeAt] = '\x80';
      for (std::size_t i = 0; i < 8; ++i) header[kSizeAt + 11 - i] = static_cast<char>(size >> (8 * i));
    }
    put(136, "00000000000");
    header[kTypeAt] = '0';
    put(kMagicAt, std::string_view("ustar\0"
                                   "00",
                                   8));
    put(kHeaderChecksumAt, fmt::format("{:06o}", header_checksum(header)));
    header[kHeaderChecksumAt + 7] = ' ';
    e.head.assign(as_bytes(header).begin(), as_bytes(header).end());
    e.tail.resize(padded_to_block(size) - size);
    return e;
  }
};

}  // namespace

bool is_tar_header(std::span<const std::byte> block) {
  const auto header = as_text(block);
  if (header.size() < kTarBlock) return false;
  const auto stored = number(header.substr(kHeaderChecksumAt, 8));
  if (!stored || *stored != header_checksum(header)) return false;
  return header.substr(kMagicAt, 5) == "ustar" || is_v7_header(header);
}

const SampleFormat& tar_format(Content content) {
  static const TarFormat raw(Content::kRaw), jpeg(Content::kJpeg), npz(Content::kNpz);
  content_format(content);  // throws for contents that cannot be made
  if (content == Content::kJpeg) return jpeg;
  return content == Content::kNpz ? npz : raw;
}

bool is_webdataset_member(const TarMember& member) {
  const std::string_view name = member.name;
  const auto slash = name.rfind('/');
  const std::string_view base = slash == name.npos ? name : name.substr(slash + 1);
  const auto dot = base.find('.');
  if (!member.regular || dot == base.npos || dot == 0) return false;
  const std::string_view first = name.substr(0, name.find('/'));
  const bool meta = first.size() >= 4 && first.starts_with("__") && first.ends_with("__");
  return !meta;
}

std::vector<Extent> webdataset_samples(std::span<const TarMember> members, ShardOddities* odd) {
  std::vector<Extent> samples;
  std::string_view last_key;
  Alikes alikes(odd);
  for (const TarMember& member : members) {
    if (!is_webdataset_member(member)) {
      if (odd == nullptr || member.directory) continue;
      ++odd->passed_over;
      odd->passed_over_bytes += member.size;
      continue;
    }
    const std::string_view name = member.name;
    const auto slash = name.rfind('/');
    const auto key = name.substr(0, name.find('.', slash == name.npos ? 0 : slash));
    const std::uint64_t end = member.data_offset + padded_to_block(member.size);
    if (samples.empty() || key != last_key) {
      samples.push_back({member.header_offset, 0});
      alikes.begin(key);
    }
    alikes.add(name);
    samples.back().length = end - samples.back().offset;
    last_key = key;
  }
  return samples;
}

// A GNU long name, or the records "length key=value\n" of a pax header.
void TarScanner::take_extension() {
  if (extension_ == 'L') {
    long_name_ = text_field(gathered_);
    return;
  }
  std::string_view left(gathered_);
  while (!left.empty()) {
    std::size_t length = 0;
    const auto [at, error] = std::from_chars(left.data(), left.data() + left.size(), length);
    const auto digits = static_cast<std::size_t>(at - left.data());
    if (error != std::errc{} || length > left.size() || length < digits + 2) return;
    const auto record = left.substr(digits + 1, length - digits - 2);
    constexpr std::string_view kSparseName = "GNU.sparse.name=";  // pax: the path is then made up
    if (record.substr(0, 5) == "path=" && long_name_.empty()) long_name_ = record.substr(5);
    if (record.starts_with(kSparseName)) long_name_ = record.substr(kSparseName.size());
    if (record.substr(0, 5) == "size=") {
      const auto size = record.substr(5);
      has_long_size_ = std::from_chars(size.data(), size.data() + size.size(), long_size_).ec == std::errc{};
    }
    left = left.substr(length);
  }
}

tl::expected<void, std::string> TarScanner::take_header(std::vector<TarMember>& found) {
  const std::string_view header(gathered_);
  const std::uint64_t at = offset_ - kTarBlock;
  if (header.find_first_not_of('\0') == header.npos) {
    ended_ = true;
    return {};
  }
  const auto size = number(header.substr(kSizeAt, 12));
  if (!is_tar_header(as_bytes(header)) || !size) {
    return tl::unexpected(fmt::format("expected a tar header at byte {}, found other bytes", at));
  }
  if (!extended_) header_offset_ = at;
  const char type = header[kTypeAt];
  if (type == 'L' || type == 'x' || type == 'g' || type == 'K') {
    if (*size > kLongestExtension) {
      return tl::unexpected(fmt::format("tar extension header of {} bytes at byte {}", *size, at));
    }
    extension_ = type;
    extended_ = true;
    data_left_ = *size;
    padding_ = padded_to_block(*size) - *size;
    return {};
  }
  const bool sparse = type == 'S';
  const bool regular = type == '0' || type == '\0' || type == '7' || sparse;
  const std::uint64_t data = !regular ? 0 : has_long_size_ ? long_size_ : *size;
  if (data > ~std::uint64_t{0} / 2 - offset_)
    return tl::unexpected(fmt::format("tar member too large at byte {}", at));
  const TarMember member{long_name_.empty() ? member_name(header) : long_name_,
                         header_offset_,
                         offset_,
                         data,
                         regular,
                         type == '5'};
  if (sparse && header[kMapGoesOnAt] != 0) {
    mapped_ = member;
  } else {
    found.push_back(member);
  }
  if (!mapped_) {
    data_left_ = data;
    padding_ = padded_to_block(data) - data;
  }
  extended_ = has_long_size_ = false;
  long_name_.clear();
  return {};
}

// The data come behind the last block of the map.
void TarScanner::take_map(std::vector<TarMember>& found) {
  if (gathered_[kMapBlockGoesOnAt] != 0) return;
  mapped_->data_offset = offset_;
  data_left_ = mapped_->size;
  padding_ = padded_to_block(mapped_->size) - mapped_->size;
  found.push_back(std::move(*mapped_));
  mapped_.reset();
}

tl::expected<void, std::string> TarScanner::feed(std::span<const std::byte> block,
                                                 std::vector<TarMember>& found) {
  while (error_.empty() && !ended_ && !block.empty()) {
    const bool header = data_left_ == 0 && padding_ == 0 && extension_ == 0;
    const std::uint64_t wanted = header           ? kTarBlock - gathered_.size()
                                 : data_left_ > 0 ? data_left_
                                                  : padding_;
    const auto part = block.first(std::min<std::uint64_t>(block.size(), wanted));
    if (header || (extension_ != 0 && data_left_ > 0)) gathered_ += as_text(part);
    offset_ += part.size();
    block = block.subspan(part.size());
    if (!header) {
      (data_left_ > 0 ? data_left_ : padding_) -= part.size();
    } else if (gathered_.size() == kTarBlock && mapped_) {
      take_map(found);
      gathered_.clear();
    } else if (gathered_.size() == kTarBlock) {
      if (auto taken = take_header(found); !taken) error_ = taken.error();
      gathered_.clear();
    }
    if (extension_ != 0 && data_left_ == 0 && padding_ == 0) {
      take_extension();
      gathered_.clear();
      extension_ = 0;
    }
  }
  if (!error_.empty()) return tl::unexpected(error_);
  return {};
}

tl::expected<void, std::string> TarScanner::finish() const {
  if (!error_.empty()) return tl::unexpected(error_);
  if (data_left_ > 0 || padding_ > 0 || !gathered_.empty() || extended_ || mapped_) {
    return tl::unexpected(fmt::format("tar archive ends inside the member at byte {}", header_offset_));
  }
  return {};
}

}  // namespace aforo
