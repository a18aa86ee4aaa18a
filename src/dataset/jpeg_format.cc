// JPEG that any decoder reads, made at the speed of the random stream instead of an encoder's.
//
// A baseline grayscale image whose Huffman tables hold one symbol each, coded by the single bit 0:
// DC category 10, and AC (run 0, size 10). Every coefficient is then a 0 followed by 10 free bits,
// so a block is 64 x 11 bits = 88 bytes = 11 words, and entropy-coded data is the random stream
// with every eleventh bit cleared and 0xFF bytes stuffed. A restart every 32 blocks sets the DC
// predictor back before it can leave 16 bits (32 x 1023 = 32736). What is left of the wanted size
// lies in comment segments in front of the scan.
//
//   SOI  APP0 "JFIF"  APP9 "AFORO\0" payload header, CRC-32C of the file without this word  COM...  DQT SOF0
//   DHT DHT DRI SOS  scan  EOI
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "dataset/bytes.h"
#include "dataset/checksum.h"
#include "dataset/format.h"

namespace aforo {
namespace {

constexpr std::size_t kIdentityAt = 2 + 18 + 4 + 6;  // SOI, APP0, APP9 marker and name
constexpr std::size_t kChecksumAt = kIdentityAt + kPayloadHeaderBytes;
constexpr std::size_t kFront = kChecksumAt + 4;
constexpr std::size_t kTables = 69 + 13 + 22 + 22 + 6 + 10;  // DQT SOF0 DHT DHT DRI SOS
constexpr std::size_t kEndOfImage = 2;                       // its marker
// A marker and a length, no text.
constexpr std::size_t kShortestComment = 4;
constexpr std::size_t kFixed = kFront + kShortestComment + kTables + kEndOfImage;
constexpr std::size_t kBlock = 88;                       // bytes of one 8x8 block before stuffing
constexpr std::size_t kInterval = 32;                    // blocks between restarts
constexpr std::size_t kBatch = 16 * kInterval * kBlock;  // = 11 x 4 KiB: whole blocks of the random stream
constexpr std::uint64_t kCommentStream = std::uint64_t{1} << 60;  // comments and scan share no random bytes
constexpr std::uint64_t kLongestSide = 8191;                      // blocks: 65535 pixels

constexpr std::array<std::uint64_t, kBlock / 8> free_bits() {
  std::array<std::uint64_t, kBlock / 8> masks{};
  for (auto& mask : masks) mask = ~std::uint64_t{0};
  for (std::size_t code = 0; code < kBlock * 8; code += 11) {  // JPEG counts bits from the top of each byte
    const std::size_t byte = code / 8;
    masks[byte / 8] &= ~(std::uint64_t{1} << (8 * (byte % 8) + 7 - code % 8));
  }
  return masks;
}
constexpr auto kFreeBits = free_bits();

std::uint64_t integer_root(std::uint64_t n) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
    if ((root | bit) * (root | bit) <= n) root |= bit;
  }
  return root;
}

struct Shape {
  std::uint64_t columns = 1, rows = 1;  // in blocks
};

// As many blocks as surely fit into `room` bytes, nearly square. One byte in 939 is 0xFF and grows
// by its stuffing: 88 5/32 bytes a block with the restarts, and six standard deviations of room.
Shape choose_shape(std::uint64_t room) {
  const std::uint64_t slack = integer_root(room) / 5 + 8;
  const std::uint64_t blocks = room > slack ? std::max<std::uint64_t>((room - slack) * 32 / 2821, 1) : 1;
  const std::uint64_t side = std::clamp<std::uint64_t>(integer_root(blocks), 1, kLongestSide);
  Shape best;
  for (std::uint64_t rows = side; rows >= 1 && 4 * rows >= 3 * side; --rows) {
    const std::uint64_t columns = std::min(blocks / rows, kLongestSide);
    if (columns * rows > best.columns * best.rows) best = {columns, rows};
  }
  return best;
}

// Entropy-coded bytes of blocks of random data, 0xFF stuffed. `out` has room for twice `random`.
// Returns the end.
std::byte* stuff(std::span<const std::byte> random, std::byte* out) {
  // Of every byte the lowest and the highest bit: whether one of eight is 0xFF.
  constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = 0x8080808080808080;
  std::size_t turn = 0;
  for (std::size_t at = 0; at < random.size(); at += 8) {
    const std::uint64_t word = load_le<std::uint64_t>(&random[at]) & kFreeBits[turn];
    turn = turn + 1 == kFreeBits.size() ? 0 : turn + 1;
    store_le(out, word);
    if (((~word - kOnes) & word & kTops) == 0) [[likely]] {
      out += 8;
      continue;
    }
    for (int byte = 0; byte < 8; ++byte) {
      const auto value = static_cast<std::byte>(word >> (8 * byte));
      *out++ = value;
      if (value == std::byte{0xff}) *out++ = std::byte{0};
    }
  }
  return out;
}

// The scan of `blocks` blocks at the front of `out`; its length, or 0 if
// it does not fit into `limit` bytes.
std::size_t write_scan(std::uint64_t key, std::uint64_t blocks, std::uint64_t limit, std::byte* out) {
  alignas(64) std::array<std::byte, kBatch> random;
  const std::byte* const begin = out;
  std::uint64_t restarts = 0;
  for (std::uint64_t done = 0; done < blocks;) {
    const auto batch =
        std::span(random).first(std::min<std::uint64_t>(blocks - done, kBatch / kBlock) * kBlock);
    fill_random(key, done * kBlock, batch);
    for (std::size_t at = 0; at < batch.size(); at += kInterval * kBlock) {
      const auto interval = batch.subspan(at, std::min(kInterval * kBlock, batch.size() - at));
      out = stuff(interval, out);
      done += interval.size() / kBlock;
      if (static_cast<std::uint64_t>(out - begin) > limit) return 0;
      if (done == blocks) break;
      *out++ = std::byte{0xff};
      *out++ = std::byte{0xd0} | static_cast<std::byte>(restarts++ % 8);
    }
  }
  return static_cast<std::size_t>(out - begin);
}

class Writer {
 public:
  explicit Writer(std::byte* at) : at_(at) {}
  Writer& bytes(std::initializer_list<unsigned> values) {
    for (const unsigned value : values) *at_++ = static_cast<std::byte>(value);
    return *this;
  }
  Writer& be16(std::uint64_t n) {
    return bytes({static_cast<unsigned>(n >> 8 & 255), static_cast<unsigned>(n & 255)});
  }
  Writer& copy(std::span<const std::byte> from) {
    std::memcpy(at_, from.data(), from.size());
    at_ += from.size();
    return *this;
  }
  Writer& repeat(unsigned value, std::size_t times) {
    std::memset(at_, static_cast<int>(value), times);
    at_ += times;
    return *this;
  }
  std::byte* at() const { return at_; }

 private:
  std::byte* at_;
};

std::byte* write_front(const SampleIdentity& identity, std::uint64_t size, std::byte* out) {
  Writer w(out);
  w.bytes({0xff, 0xd8, 0xff, 0xe0}).be16(16).copy(as_bytes(std::string_view("JFIF\0", 5)));
  w.bytes({1, 1, 0, 0, 1, 0, 1, 0, 0});
  w.bytes({0xff, 0xe9}).be16(2 + 6 + kIdentityBytes).copy(as_bytes(std::string_view("AFORO\0", 6)));
  return w.copy(payload_header(identity, size)).repeat(0, 4).at();
}

// Comment segments of together `length` bytes (at least
// kShortestComment), filled from the random stream.
std::byte* write_comments(std::uint64_t key, std::uint64_t length, std::byte* out) {
  // A segment says its length in 16 bits: at most 65533 bytes of comment, and a round number below.
  constexpr std::uint64_t kLongest = 65000;
  for (std::uint64_t at = 0; at < length;) {
    const std::uint64_t left = length - at;
    const std::uint64_t part = left <= kLongest ? left : std::min(kLongest, left - kShortestComment);
    Writer w(out);
    w.bytes({0xff, 0xfe}).be16(part - 2);
    fill_random(key, kCommentStream + at, {w.at(), part - 4});
    out += part;
    at += part;
  }
  return out;
}

std::byte* write_tables(const Shape& shape, std::byte* out) {
  Writer w(out);
  w.bytes({0xff, 0xdb}).be16(67).bytes({0}).repeat(1, 64);
  w.bytes({0xff, 0xc0})
      .be16(11)
      .bytes({8})
      .be16(shape.rows * 8)
      .be16(shape.columns * 8)
      .bytes({1, 1, 0x11, 0});
  w.bytes({0xff, 0xc4}).be16(20).bytes({0x00, 1}).repeat(0, 15).bytes({10});    // DC: '0' = category 10
  w.bytes({0xff, 0xc4}).be16(20).bytes({0x10, 1}).repeat(0, 15).bytes({0x0a});  // AC: '0' = run 0, size 10
  w.bytes({0xff, 0xdd}).be16(4).be16(kInterval);
  return w.bytes({0xff, 0xda}).be16(8).bytes({1, 1, 0x00, 0, 63, 0}).at();
}

std::uint32_t checksum(std::span<const std::byte> file) {
  return crc32c(file.subspan(kFront), crc32c(file.first(kChecksumAt)));
}

class BufferSource final : public ByteSource {
 public:
  explicit BufferSource(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  void fill(std::uint64_t offset, std::span<std::byte> out) override {
    if (!out.empty()) std::memcpy(out.data(), bytes_.data() + offset, out.size());
  }

 private:
  std::vector<std::byte> bytes_;
};

class JpegFormat final : public SampleFormat {
 public:
  std::string_view name() const override { return "jpeg"; }
  std::string_view extension() const override { return "jpg"; }
  std::uint64_t min_bytes() const override {
    return 512;  // one block, even if every byte of it were stuffed
  }
  std::uint64_t stored_bytes(std::uint64_t target) const override { return std::max(target, min_bytes()); }

  void encode(const SampleIdentity& identity, std::uint64_t target,
              std::vector<std::byte>& out) const override {
    const std::uint64_t size = stored_bytes(target);
    const std::uint64_t key = content_key(identity);
    const std::uint64_t room = size - kFixed;
    // A scan that turns out too long is noticed within an interval.
    out.resize(size + 2 * kInterval * kBlock);
    std::byte* const scan = out.data() + kFixed - kEndOfImage;
    Shape shape = choose_shape(room);
    std::size_t length = 0;
    while ((length = write_scan(key, shape.columns * shape.rows, room, scan)) == 0) {
      shape.rows > 1 ? --shape.rows : --shape.columns;  // six standard deviations were not enough
    }
    const std::uint64_t comments = kShortestComment + room - length;
    std::byte* const scan_at = out.data() + kFront + comments + kTables;
    std::memmove(scan_at, scan, length);
    write_tables(shape, write_comments(key, comments, write_front(identity, size, out.data())));
    Writer(scan_at + length).bytes({0xff, 0xd9});
    out.resize(size);
    store_le(&out[kChecksumAt], checksum(out));
  }

  std::unique_ptr<ByteSource> open(const SampleIdentity& identity, std::uint64_t target) const override {
    std::vector<std::byte> bytes;
    encode(identity, target, bytes);
    return std::make_unique<BufferSource>(std::move(bytes));
  }

  std::optional<PayloadClaim> claim(std::span<const std::byte> bytes) const override {
    if (bytes.size() < kFront) return std::nullopt;
    return read_payload_header(bytes.subspan(kIdentityAt));
  }

  tl::expected<void, std::string> verify(const SampleIdentity& identity, std::uint64_t target,
                                         std::span<const std::byte> bytes) const override {
    const std::uint64_t size = stored_bytes(target);
    const auto found = claim(bytes);
    if (found) {
      auto wrong = compare_claim(*found, identity, size);
      if (!wrong.empty()) return tl::unexpected(std::move(wrong));
    }
    if (bytes.size() != size) return tl::unexpected(describe_size(bytes.size(), size));
    if (found && checksum(bytes) == load_le<std::uint32_t>(&bytes[kChecksumAt])) return {};
    std::vector<std::byte> expected;
    encode(identity, target, expected);
    const auto wrong =
        std::mismatch(expected.begin(), expected.end(), bytes.begin()).first - expected.begin();
    return tl::unexpected(fmt::format("checksum differs, first wrong byte at {} of {}", wrong, size));
  }
};

}  // namespace

const SampleFormat& jpeg_format() {
  static const JpegFormat format;
  return format;
}

}  // namespace aforo
