// Any bytes as an npy file of many samples, cut anywhere: the cut must not matter, and what is found lies
// inside.
#include <algorithm>
#include <cstdlib>

#include "dataset/bytes.h"
#include "dataset/container.h"

namespace {

class File final : public aforo::HeaderReader {
 public:
  explicit File(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> at(std::uint64_t offset, std::size_t count) override {
    const auto rest = bytes_.subspan(std::min<std::uint64_t>(offset, bytes_.size()));
    return rest.first(std::min(count, rest.size()));
  }
  std::string failure() const override { return {}; }
  std::optional<std::string> beside(std::string_view, bool) const override { return std::nullopt; }

 private:
  std::span<const std::byte> bytes_;
};

std::string framing(const aforo::Container& npy, std::span<const std::byte> file, std::size_t block) {
  const auto check = npy.framing(true);
  for (std::size_t at = 0; at < file.size(); at += block)
    if (const auto fed = check->feed(file.subspan(at, std::min(block, file.size() - at))); !fed)
      return fed.error();
  const auto finished = check->finish();
  return finished ? "" : finished.error();
}

void look(std::span<const std::byte> bytes, std::size_t block) {
  const aforo::Container& npy = aforo::container(aforo::LayoutKind::kNpy);
  File file(bytes);
  const aforo::FileIndex index = npy.index(file, bytes.size());
  std::uint64_t end = 0;
  for (const aforo::Extent& sample : index.samples) {
    if (sample.offset < end || sample.length == 0 || sample.length > bytes.size() - sample.offset)
      std::abort();
    end = sample.offset + sample.length;
  }
  const std::string whole = framing(npy, bytes, std::max<std::size_t>(bytes.size(), 1));
  if (framing(npy, bytes, block) != whole) std::abort();
  if (whole.empty() && !index.error.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto input = std::as_bytes(std::span(data + 1, size - 1));
  look(input, data[0] % 64 + 1);
  // Past the magic word: a good file, damaged.
  const aforo::Container& npy = aforo::container(aforo::LayoutKind::kNpy);
  std::vector<std::byte> real = npy.head(9, 30);
  real.resize(real.size() + 9 * 30);
  for (std::size_t i = 0; i + 3 <= input.size(); i += 3)  // each triple: two bytes of place, one of value
    real[aforo::load_le<std::uint16_t>(&input[i]) % real.size()] = input[i + 2];
  look(real, data[0] % 64 + 1);
  return 0;
}
