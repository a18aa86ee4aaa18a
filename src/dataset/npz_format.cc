// npz as numpy.savez writes it: a zip file with one stored member "x.npy", a vector of bytes.
//
// The array is the payload followed by four bytes that make the member's CRC-32 the one announced
// in the header: np.load(file)["x"] checks it like any other.
#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"
#include "dataset/bytes.h"
#include "dataset/envelope.h"

namespace aforo {
namespace {

constexpr std::string_view kMember = "x.npy";
// Of PKWARE's APPNOTE: a local header (4.3.7), an entry of the central directory (4.3.12), its end
// (4.3.16), each without extra fields and comments.
constexpr std::size_t kLocalHeader = 30 + kMember.size();
// A multiple of numpy's alignment of 64, with room for any shape of one axis.
constexpr std::size_t kNpyHeader = 128;
constexpr std::size_t kSealBytes = 4;  // chosen so that the CRC-32 is the wanted one
constexpr std::size_t kDirectory = 46 + kMember.size();
constexpr std::size_t kEnd = 22;
constexpr std::uint64_t kAround = kLocalHeader + kNpyHeader + kSealBytes + kDirectory + kEnd;
constexpr std::uint64_t kMost = 0xffffffff - kAround;  // without zip64 sizes

void put(std::vector<std::byte>& out, std::string_view text) {
  out.insert(out.end(), as_bytes(text).begin(), as_bytes(text).end());
}
template <class... Words>
void put_words(std::vector<std::byte>& out, Words... words) {
  const auto one = [&out](auto word) {
    out.resize(out.size() + sizeof word);
    store_le(&out[out.size() - sizeof word], word);
  };
  (one(words), ...);
}
std::uint16_t half(std::size_t n) { return static_cast<std::uint16_t>(n); }
std::uint32_t word(std::uint64_t n) { return static_cast<std::uint32_t>(n); }

// Version 1.0 of numpy's header, padded to kNpyHeader so that the data
// is aligned as numpy likes it.
std::string npy_header(std::uint64_t elements) {
  std::string text = fmt::format("{{'descr': '|u1', 'fortran_order': False, 'shape': ({},), }}", elements);
  text.resize(kNpyHeader - 11, ' ');
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(kNpyHeader - 10) + '\0' + text + '\n';
}

class NpzFormat final : public EnvelopeFormat {
 public:
  NpzFormat() : EnvelopeFormat(raw_format()) {}
  std::string_view name() const override { return "npz"; }
  std::string_view extension() const override { return "npz"; }
  std::uint64_t min_bytes() const override { return kAround; }
  std::uint64_t max_bytes() const override { return kMost; }
  std::uint64_t stored_bytes(std::uint64_t target) const override { return std::max(target, min_bytes()); }

 private:
  std::optional<std::size_t> content_offset(std::span<const std::byte> bytes) const override {
    if (bytes.size() < kLocalHeader + kNpyHeader || as_text(bytes.subspan(30, 5)) != kMember)
      return std::nullopt;
    return kLocalHeader + kNpyHeader;
  }

  Envelope make(const SampleIdentity& identity, std::uint64_t target) const override {
    if (target > kMost) {
      throw UserError(
          fmt::format("expected npz samples of at most {} bytes, found {}: use content raw", kMost, target));
    }
    Envelope e;
    e.content_target = stored_bytes(target) - kAround;
    e.seal = Seal::kZip;
    e.seal_from = kLocalHeader;
    e.wanted_crc = word(mix64(content_key(identity)));
    const std::uint32_t size = word(kNpyHeader + e.content_target + kSealBytes);
    const std::uint16_t version = 20, date = 0x21;  // 1980-01-01, the first day of zip
    put_words(e.head, std::uint32_t{0x04034b50}, version, half(0), half(0), half(0), date, e.wanted_crc, size,
              size, half(kMember.size()), half(0));
    put(e.head, kMember);
    put(e.head, npy_header(e.content_target + kSealBytes));
    put_words(e.tail, std::uint32_t{0});
    const std::uint16_t made_by_unix = 3 << 8 | 20;
    const std::uint32_t mode = 0100600U << 16;
    put_words(e.tail, std::uint32_t{0x02014b50}, made_by_unix, version, half(0), half(0), half(0), date,
              e.wanted_crc, size, size, half(kMember.size()), half(0), half(0), half(0), half(0), mode,
              word(0));
    put(e.tail, kMember);
    put_words(e.tail, std::uint32_t{0x06054b50}, half(0), half(0), half(1), half(1), word(kDirectory),
              word(kLocalHeader + size), half(0));
    return e;
  }
};

}  // namespace

const SampleFormat& npz_format() {
  static const NpzFormat format;
  return format;
}

}  // namespace aforo
