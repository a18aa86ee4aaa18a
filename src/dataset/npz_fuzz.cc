// Any bytes as a zip file and as an npy header. To get past the magic words, damage to a real npz is tried as
// well.
#include <cstdlib>

#include "dataset/bytes.h"
#include "dataset/format.h"
#include "dataset/zip.h"

namespace {

void read_all(std::span<const std::byte> file) {
  (void)aforo::check_npz(file);
  const auto members = aforo::read_zip(file);
  if (!members) return;
  for (const auto& member : *members) {
    if (member.data_offset > file.size() || member.stored_size > file.size() - member.data_offset)
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  read_all(input);
  if (const auto header = aforo::read_npy_header(input)) {
    (void)header->data_bytes();
    if (header->data_offset > input.size()) std::abort();
  }
  std::vector<std::byte> real;
  aforo::npz_format().encode({{1, 2}, 3}, 300, real);
  for (std::size_t i = 0; i + 3 <= size; i += 3) {  // each triple: two bytes of place, one of value
    real[aforo::load_le<std::uint16_t>(&input[i]) % real.size()] = input[i + 2];
  }
  read_all(real);
  return 0;
}
