// WebDataset: tar shards, whose neighbouring members of one name are a sample.
#include "dataset/tar.h"

#include <fmt/format.h>

#include <algorithm>

#include "dataset/bytes.h"
#include "dataset/container.h"

namespace aforo {
namespace {

// Lets the scanner believe that it has read `count` bytes of member data, which it only counts.
void skip_data(TarScanner& scanner, std::uint64_t count) {
  static const std::vector<std::byte> kZeros(1 << 20);
  std::vector<TarMember> none;
  while (count > 0) {
    const std::uint64_t part = std::min<std::uint64_t>(count, kZeros.size());
    (void)scanner.feed(std::span(kZeros).first(part), none);
    count -= part;
  }
}

// Bytes from the first block on that is not of zeros: archives are padded with those.
std::uint64_t bytes_behind_end(HeaderReader& file, std::uint64_t at, std::uint64_t size) {
  constexpr std::size_t kAtOnce = 64 << 10;
  while (at < size) {
    const std::string_view block = as_text(file.at(at, std::min<std::uint64_t>(kAtOnce, size - at)));
    if (block.empty()) break;
    if (const auto found = block.find_first_not_of('\0'); found != block.npos)
      return size - (at + found / kTarBlock * kTarBlock);
    at += block.size();
  }
  return 0;
}

class TarFraming final : public FramingCheck {
 public:
  Checked feed(std::span<const std::byte> block) override {
    found_.clear();
    return members_.feed(block, found_);
  }
  Checked finish() override { return members_.finish(); }

 private:
  TarScanner members_;
  std::vector<TarMember> found_;
};

class TarContainer final : public Container {
 public:
  LayoutKind layout() const override { return LayoutKind::kWebdataset; }

  std::optional<FileKind> recognises(std::string_view, std::span<const std::byte> front) const override {
    if (front.size() < kTarBlock || !is_tar_header(front.first(kTarBlock))) return std::nullopt;
    return FileKind::kTar;
  }
  bool owns(FileKind kind) const override { return kind == FileKind::kTar; }
  std::optional<FileKind> looks_for(Content) const override { return FileKind::kTar; }

  const SampleFormat* makes(Content content) const override {
    return find_content_format(content) == nullptr ? nullptr : &tar_format(content);
  }
  std::uint64_t end_bytes() const override { return kTarEnd; }

  bool has_headers() const override { return true; }
  std::uint64_t framing_bytes() const override { return kTarBlock; }

  FileIndex index(HeaderReader& file, std::uint64_t size) const override {
    FileIndex index;
    const auto broken = [&](std::string_view what, std::uint64_t offset) {
      const std::string why = file.failure();
      index.error = fmt::format("{} at byte {}", why.empty() ? what : why, offset);
    };
    TarScanner scanner;
    std::vector<TarMember> found, members;
    for (std::uint64_t at = 0; at < size;) {
      const auto header = file.at(at, kTarBlock);
      if (header.empty()) {
        broken("truncated archive", at);
        break;
      }
      found.clear();
      if (const auto fed = scanner.feed(header, found); !fed) {
        broken(fed.error(), at);
        break;
      }
      at += header.size();
      if (scanner.ended()) {
        index.odd.bytes_behind_end = bytes_behind_end(file, at, size);
        index.odd.shards_behind_end = index.odd.bytes_behind_end > 0;
        break;
      }
      if (found.empty()) continue;
      const TarMember& member = found.back();
      if (member.size > size - at) {
        broken("truncated member", member.header_offset);
        break;
      }
      const std::uint64_t end = std::min(at + padded_to_block(member.size), size);
      skip_data(scanner, end - at);
      at = end;
      members.push_back(member);
    }
    if (const auto whole = scanner.finish(); index.error.empty() && !whole) index.error = whole.error();
    index.samples = webdataset_samples(members, &index.odd);
    return index;
  }

  std::unique_ptr<FramingCheck> framing(bool with_samples) const override {
    if (with_samples) return nullptr;
    return std::make_unique<TarFraming>();
  }

  Proof proof(Content) const override { return Proof::kStructure; }
  Checked check(Content, std::span<const std::byte> sample) const override {
    return check_whole(is_tar_header(sample), "tar member");
  }
};

}  // namespace

const Container& webdataset_container() {
  static const TarContainer container;
  return container;
}

}  // namespace aforo
