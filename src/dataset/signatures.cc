#include "dataset/signatures.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/text.h"
#include "dataset/bytes.h"

namespace aforo {
namespace {

struct Signature {
  FileKind kind;
  std::size_t at;
  std::string_view bytes;
};

using namespace std::string_view_literals;

constexpr std::string_view kMegatronMagic = "MMIDIDX\0\0"sv;

constexpr Signature kSignatures[] = {
    {FileKind::kDicom, 128, "DICM"},
    {FileKind::kGzip, 0, "\x1f\x8b\x08"},
    {FileKind::kCompressed, 0, "\x28\xb5\x2f\xfd"},  // zstd
    {FileKind::kCompressed, 0,
     "\xfd"
     "7zXZ\0"sv},                                      // xz
    {FileKind::kCompressed, 0, "BZh"},                 // bzip2
    {FileKind::kCompressed, 0, "\x04\x22\x4d\x18"},    // lz4
    {FileKind::kCompressed, 0, "7z\xbc\xaf\x27\x1c"},  // 7-Zip
    {FileKind::kCompressed, 0, "Rar!\x1a\x07"},
    {FileKind::kArrow, 0, "ARROW1"},
    {FileKind::kArrow, 0, "FEA1"},
    {FileKind::kLmdb, 16, "\xde\xc0\xef\xbe"},
    {FileKind::kMegatronIndex, 0, kMegatronMagic},
    {FileKind::kRecordIo, 0, "\x0a\x23\xd7\xce"},
    {FileKind::kSqlite, 0, "SQLite format 3\0"sv},
    {FileKind::kAvro, 0, "Obj\x01"},
    {FileKind::kOrc, 0, "ORC"},
    // torch.save before zip: a pickle of its magic number 0x1950a86a20f9469cfc6c.
    {FileKind::kTorch, 0, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"},
    // Riegeli's first block and chunk, which ArrayRecord is made of.
    {FileKind::kRiegeli, 0, "\x83\xaf\x70\xd1\x0d\x88\x4a\x3f\0\0\0\0\0\0\0\0\x40"sv},
    {FileKind::kProgram, 0, "MZ"},
    {FileKind::kProgram, 0,
     "\x7f"
     "ELF"},
};
constexpr std::size_t kMdsHead = 4;        // bytes before the offsets
constexpr std::size_t kMegatronHead = 34;  // bytes before the sequences' sizes

// Text of which a line is an object: "{...}" and the next "{"; of a long first line the name must say so.
bool is_json_lines(std::string_view name, std::string_view text) {
  if (!text.starts_with('{') && !text.starts_with('[')) return false;
  const auto end = text.find('\n');
  if (end == text.npos) return name.ends_with(".jsonl") || name.ends_with(".ndjson");
  const char last = end > 0 ? text[end - 1] : '\n';
  if (last != '}' && last != ']') return false;
  return end + 1 < text.size() ? text[end + 1] == text[0]
                               : name.ends_with(".jsonl") || name.ends_with(".ndjson");
}

bool ends_with(std::string_view name, std::string_view end) {
  return name.size() >= end.size() && to_lower(name.substr(name.size() - end.size())) == end;
}

// IDX (MNIST's): two zeros, a type, a number of dimensions, then each of them, big-endian and of at least one.
bool is_idx(std::string_view text) {
  constexpr std::string_view kTypes = "\x08\x09\x0b\x0c\x0d\x0e";
  if (text.size() < 8 || text[0] != 0 || text[1] != 0 || kTypes.find(text[2]) == kTypes.npos) return false;
  const auto dimensions = std::size_t{static_cast<unsigned char>(text[3])};
  if (dimensions < 1 || dimensions > 4 || text.size() < 4 + 4 * dimensions) return false;
  for (std::size_t i = 1; i <= dimensions; ++i)
    if (text.substr(4 * i, 4) == "\0\0\0\0"sv) return false;
  return true;
}

// The bytes of a JSON header, little-endian in 8, then the header.
bool is_safetensors(std::span<const std::byte> front) {
  constexpr std::uint64_t kLongest = 100'000'000;  // the format's own limit
  if (front.size() < 10) return false;
  const auto header = load_le<std::uint64_t>(front.data());
  return header >= 2 && header <= kLongest && as_text(front).substr(8).starts_with("{\"");
}

// Protocols 2 to 5, then an opcode that a pickle of a container, an array or an object begins with.
bool is_pickle(std::string_view text) {
  constexpr std::string_view kBegins = "}](c\x95";
  return text.size() > 2 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5 &&
         kBegins.find(text[2]) != kBegins.npos;
}

// FFCV: version 1 or 2 and the number of fields, 2 bytes each. Too little to tell without the name.
bool is_beton(std::string_view name, std::string_view text) {
  return ends_with(name, ".beton") && text.size() > 4 && (text[0] == 1 || text[0] == 2) && text[1] == 0;
}

// Of an array of one line the name must say so: a text may begin with a bracket.
bool is_json_array(std::string_view name, std::string_view text) {
  if (!text.starts_with('[')) return false;
  const auto next = text.find_first_not_of(" \t\r\n", 1);
  return next != text.npos && (text[next] == '{' || ends_with(name, ".json"));
}

}  // namespace

std::vector<std::byte> inflated_front(std::span<const std::byte> front, Deflated how) {
  std::vector<std::byte> out(2 * kRecogniseBytes), in(front.begin(), front.end());
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = how == Deflated::kGzip ? ISAL_GZIP : ISAL_ZLIB;
  state->next_in = reinterpret_cast<std::uint8_t*>(in.data());
  state->avail_in = static_cast<std::uint32_t>(in.size());
  state->next_out = reinterpret_cast<std::uint8_t*>(out.data());
  state->avail_out = static_cast<std::uint32_t>(out.size());
  (void)isal_inflate(state.get());
  out.resize(out.size() - state->avail_out);
  return out;
}

bool is_text(std::string_view text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t';
  });
}

std::optional<std::size_t> mds_samples(std::span<const std::byte> front, std::uint64_t size) {
  if (front.size() < kMdsHead + 8) return std::nullopt;
  const std::uint64_t samples = load_le<std::uint32_t>(front.data());
  const std::uint64_t begin = load_le<std::uint32_t>(&front[kMdsHead]);
  const std::uint64_t head = kMdsHead + 4 * (samples + 1);
  constexpr std::uint64_t kLongestText = 1 << 20;  // chosen: far more than a sample's columns need
  if (samples == 0 || begin < head || begin > head + kLongestText || (size > 0 && begin > size))
    return std::nullopt;
  std::uint64_t before = begin;
  for (std::uint64_t i = 1; i <= samples && kMdsHead + 4 * (i + 1) <= front.size(); ++i) {
    const std::uint64_t end = load_le<std::uint32_t>(&front[kMdsHead + 4 * i]);
    if (end < before || (size > 0 && (i == samples ? end != size : end > size))) return std::nullopt;
    before = end;
  }
  return samples;
}

std::optional<std::uint64_t> megatron_sequences(std::span<const std::byte> front, std::uint64_t size) {
  if (front.size() < kMegatronHead || !as_text(front).starts_with(kMegatronMagic)) return std::nullopt;
  const auto version = load_le<std::uint64_t>(&front[9]);
  const auto sequences = load_le<std::uint64_t>(&front[18]), documents = load_le<std::uint64_t>(&front[26]);
  constexpr std::uint64_t kMost = std::uint64_t{1} << 48;
  if (version != 1 || sequences == 0 || sequences > kMost || documents > kMost) return std::nullopt;
  const std::uint64_t whole = kMegatronHead + 12 * sequences + 8 * documents;
  if (size != whole && size != whole + sequences) return std::nullopt;
  return sequences;
}

std::optional<FileKind> known_signature(std::string_view name, std::span<const std::byte> front) {
  const std::string_view text = as_text(front);
  for (const Signature& signature : kSignatures) {
    if (text.size() < signature.at || !text.substr(signature.at).starts_with(signature.bytes)) continue;
    return signature.kind;
  }
  // Arrow's stream form begins with a length that only its name tells from other numbers.
  if (name.ends_with(".arrow") && text.starts_with("\xff\xff\xff\xff")) return FileKind::kArrow;
  if (is_json_lines(name, text)) return FileKind::kJsonLines;
  if (is_json_array(name, text)) return FileKind::kJsonArray;
  if (is_idx(text)) return FileKind::kIdx;
  if (is_safetensors(front)) return FileKind::kSafetensors;
  if (is_pickle(text)) return FileKind::kPickle;
  if (is_beton(name, text)) return FileKind::kBeton;
  if ((ends_with(name, ".csv") || ends_with(name, ".tsv")) && is_text(text)) return FileKind::kTable;
  if (mds_samples(front, front.size() < kRecogniseBytes ? front.size() : 0)) return FileKind::kMds;
  return std::nullopt;
}

}  // namespace aforo
