// tf.train.Example in protobuf's wire format, as much of it as is needed:
//
//   Example {1: Features {1: entry {1: name, 2: Feature {1: BytesList | 2: FloatList | 3: Int64List}}...}}
#include <algorithm>

#include "dataset/bytes.h"
#include "dataset/checksum.h"
#include "dataset/envelope.h"
#include "dataset/tfrecord.h"

namespace aforo {
namespace {

// The names that ImageNet's TFRecords have in TensorFlow's and DALI's examples.
constexpr std::string_view kLabel = "image/class/label";
constexpr std::string_view kEncoded = "image/encoded";

// A length-delimited field's tag.
constexpr unsigned tag(unsigned field) { return field << 3 | 2; }

constexpr std::uint64_t varint_bytes(std::uint64_t n) {
  std::uint64_t bytes = 1;
  while (n >>= 7) ++bytes;
  return bytes;
}

// Size of a length-delimited field of `length` bytes with its tag.
constexpr std::uint64_t field_bytes(std::uint64_t length) { return 1 + varint_bytes(length) + length; }

void put_varint(std::vector<std::byte>& out, std::uint64_t n) {
  for (; n >= 128; n >>= 7) out.push_back(static_cast<std::byte>(n | 128));
  out.push_back(static_cast<std::byte>(n));
}
void put_field(std::vector<std::byte>& out, unsigned field, std::uint64_t length) {
  put_varint(out, tag(field));
  put_varint(out, length);
}
void put_text(std::vector<std::byte>& out, std::string_view text) {
  out.insert(out.end(), as_bytes(text).begin(), as_bytes(text).end());
}

constexpr std::uint64_t kLabelFeature = 5;  // {3: {1: packed, one byte}}
constexpr std::uint64_t kLabelEntry = field_bytes(kLabel.size()) + field_bytes(kLabelFeature);

// Lengths of the nested messages around a content of n bytes, innermost first.
struct Nesting {
  explicit constexpr Nesting(std::uint64_t n)
      : list(field_bytes(n)),
        feature(field_bytes(list)),
        entry(field_bytes(kEncoded.size()) + field_bytes(feature)),
        features(field_bytes(kLabelEntry) + field_bytes(entry)),
        example(field_bytes(features)) {}
  std::uint64_t list, feature, entry, features, example;
};

class TfrecordFormat final : public EnvelopeFormat {
 public:
  explicit TfrecordFormat(Content content) : EnvelopeFormat(content_format(content)) {}
  std::string_view name() const override { return "tfrecord"; }
  std::string_view extension() const override { return "tfrecord"; }
  std::uint64_t min_bytes() const override { return content().min_bytes(); }
  std::uint64_t stored_bytes(std::uint64_t target) const override {
    return Nesting(content().stored_bytes(target)).example + kTfrecordFraming;
  }

 private:
  std::optional<std::size_t> content_offset(std::span<const std::byte> bytes) const override {
    if (bytes.size() < kTfrecordHeaderBytes || !read_tfrecord_header(bytes)) return std::nullopt;
    const auto text = as_text(bytes.first(std::min<std::size_t>(bytes.size(), 256)));
    const std::size_t name = text.find(kEncoded);
    if (name == text.npos) return std::nullopt;
    std::size_t at = name + kEncoded.size();
    for (int nested = 0; nested < 3; ++nested) {  // Feature, BytesList, string: a tag and a length each
      for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 128) != 0;) ++at;
      ++at;
    }
    return at;
  }

  Envelope make(const SampleIdentity& identity, std::uint64_t target) const override {
    Envelope e;
    e.content_target = target;
    e.seal = Seal::kTfrecord;
    e.seal_from = kTfrecordHeaderBytes;
    const std::uint64_t length = content().stored_bytes(target);
    const Nesting nesting(length);
    e.head.reserve(128);
    e.head.resize(kTfrecordHeaderBytes);
    store_le(e.head.data(), nesting.example);
    store_le(&e.head[8], mask_crc(crc32c(std::span(e.head).first(8))));
    put_field(e.head, 1, nesting.features);
    put_field(e.head, 1, kLabelEntry);
    put_field(e.head, 1, kLabel.size());
    put_text(e.head, kLabel);
    put_field(e.head, 2, kLabelFeature);
    put_field(e.head, 3, kLabelFeature - 2);
    put_field(e.head, 1, 1);
    e.head.push_back(static_cast<std::byte>(identity.sample % 100));
    put_field(e.head, 1, nesting.entry);
    put_field(e.head, 1, kEncoded.size());
    put_text(e.head, kEncoded);
    put_field(e.head, 2, nesting.feature);
    put_field(e.head, 1, nesting.list);
    put_field(e.head, 1, length);
    e.tail.resize(4);
    return e;
  }
};

// Reads protobuf fields one after another; every read is bounds-checked.
class Fields {
 public:
  explicit Fields(std::span<const std::byte> message) : left_(message) {}
  bool at_end() const { return left_.empty(); }

  // The next field: number, and its bytes if it is length-delimited (else empty). False: malformed.
  bool next(std::uint64_t& number, std::span<const std::byte>& value) {
    std::uint64_t key = 0, length = 0;
    if (!varint(key)) return false;
    number = key >> 3;
    value = {};
    switch (key & 7) {
      case 0:
        return varint(length);
      case 1:
        return skip(8);
      case 2:
        if (!varint(length) || length > left_.size()) return false;
        value = left_.first(length);
        return skip(length);
      case 5:
        return skip(4);
      default:
        return false;
    }
  }

 private:
  bool skip(std::size_t n) {
    if (n > left_.size()) return false;
    left_ = left_.subspan(n);
    return true;
  }
  bool varint(std::uint64_t& n) {
    n = 0;
    for (int shift = 0; shift < 64 && !left_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint64_t>(left_[0]);
      left_ = left_.subspan(1);
      n |= (byte & 127) << shift;
      if (byte < 128) return true;
    }
    return false;
  }
  std::span<const std::byte> left_;
};

bool parse_feature(std::span<const std::byte> message, Feature& feature) {
  std::uint64_t number = 0;
  std::span<const std::byte> list;
  for (Fields fields(message); !fields.at_end();) {
    if (!fields.next(number, list)) return false;
    if (number < 1 || number > 3) continue;
    feature.kind = number == 1   ? Feature::Kind::kBytes
                   : number == 2 ? Feature::Kind::kFloat
                                 : Feature::Kind::kInt64;
    feature.value = list;
  }
  if (feature.kind != Feature::Kind::kBytes) return true;
  Fields values(feature.value);
  feature.value = {};
  return values.at_end() || values.next(number, feature.value);
}

bool parse_entry(std::span<const std::byte> message, Feature& feature) {
  std::uint64_t number = 0;
  std::span<const std::byte> value;
  for (Fields fields(message); !fields.at_end();) {
    if (!fields.next(number, value)) return false;
    if (number == 1) feature.name = as_text(value);
    if (number == 2 && !parse_feature(value, feature)) return false;
  }
  return true;
}

const SampleFormat& format_for(Content content) {
  static const TfrecordFormat raw(Content::kRaw), jpeg(Content::kJpeg), npz(Content::kNpz);
  if (content == Content::kJpeg) return jpeg;
  return content == Content::kNpz ? npz : raw;
}

}  // namespace

const SampleFormat& tfrecord_format(Content content) {
  content_format(content);  // throws for contents that cannot be made
  return format_for(content);
}

tl::expected<std::vector<Feature>, std::string> parse_example(std::span<const std::byte> example) {
  std::vector<Feature> found;
  std::uint64_t number = 0;
  std::span<const std::byte> features, entry;
  for (Fields outer(example); !outer.at_end();) {
    if (!outer.next(number, features))
      return tl::unexpected<std::string>("expected a tf.train.Example, found other bytes");
    if (number != 1) continue;
    for (Fields inner(features); !inner.at_end();) {
      Feature feature;
      if (!inner.next(number, entry) || (number == 1 && !parse_entry(entry, feature))) {
        return tl::unexpected<std::string>("expected the features of a tf.train.Example, found other bytes");
      }
      if (number == 1) found.push_back(feature);
    }
  }
  return found;
}

}  // namespace aforo
