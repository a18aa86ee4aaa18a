// Any bytes as a tar archive, cut anywhere: the cut must not matter.
#include <algorithm>
#include <cstdlib>

#include "dataset/tar.h"

namespace {

bool equal(const std::vector<aforo::TarMember>& a, const std::vector<aforo::TarMember>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.name == y.name && x.header_offset == y.header_offset && x.data_offset == y.data_offset &&
           x.size == y.size;
  });
}

void scan(std::span<const std::byte> file, std::size_t block) {
  aforo::TarScanner cut, whole;
  std::vector<aforo::TarMember> by_blocks, at_once;
  for (std::size_t at = 0; at < file.size(); at += block) {
    if (!cut.feed(file.subspan(at, std::min(block, file.size() - at)), by_blocks)) break;
  }
  (void)whole.feed(file, at_once);
  const auto a = cut.finish(), b = whole.finish();
  if (!equal(by_blocks, at_once) || a.has_value() != b.has_value() || (!a && a.error() != b.error()))
    std::abort();
  (void)aforo::webdataset_samples(at_once);
}

// Gives every 512 bytes that could be a header the checksum and magic that let the scanner look further.
void make_plausible(std::vector<std::byte>& file) {
  for (std::size_t at = 0; at + 512 <= file.size(); at += 512) {
    std::copy_n(std::as_bytes(std::span("ustar", 6)).data(), 6, &file[at + 257]);
    unsigned sum = 8 * ' ';
    for (std::size_t i = 0; i < 512; ++i)
      sum += i >= 148 && i < 156 ? 0 : static_cast<unsigned>(file[at + i]);
    for (std::size_t digit = 0; digit < 6; ++digit) {
      file[at + 153 - digit] = static_cast<std::byte>('0' + (sum >> (3 * digit) & 7));
    }
    file[at + 154] = file[at + 155] = std::byte{' '};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data + 1, size - 1));
  scan(input, data[0] % 64 + 1);
  std::vector<std::byte> file(input.begin(), input.end());
  file.resize((file.size() + 511) / 512 * 512);
  make_plausible(file);
  scan(file, data[0] % 64 + 1);
  return 0;
}
