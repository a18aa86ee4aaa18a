// Raw: the file is the payload and nothing else.
#include <fmt/format.h>

#include "dataset/format.h"

namespace aforo {
namespace {

class PayloadSource final : public ByteSource {
 public:
  PayloadSource(const SampleIdentity& identity, std::uint64_t length) : payload_(identity, length) {}
  std::uint64_t size() const override { return payload_.length(); }
  void fill(std::uint64_t offset, std::span<std::byte> out) override { payload_.fill(offset, out); }

 private:
  Payload payload_;
};

class RawFormat final : public SampleFormat {
 public:
  std::string_view name() const override { return "raw"; }
  std::string_view extension() const override { return "bin"; }
  std::uint64_t min_bytes() const override { return 0; }
  std::uint64_t stored_bytes(std::uint64_t target) const override { return target; }

  void encode(const SampleIdentity& identity, std::uint64_t target,
              std::vector<std::byte>& out) const override {
    out.resize(target);
    Payload(identity, target).fill(0, out);
  }
  std::unique_ptr<ByteSource> open(const SampleIdentity& identity, std::uint64_t target) const override {
    return std::make_unique<PayloadSource>(identity, target);
  }
  tl::expected<void, std::string> verify(const SampleIdentity& identity, std::uint64_t target,
                                         std::span<const std::byte> bytes) const override {
    return verify_payload(identity, target, bytes);
  }
  std::optional<PayloadClaim> claim(std::span<const std::byte> bytes) const override {
    return read_payload_header(bytes);
  }
};

}  // namespace

const SampleFormat& raw_format() {
  static const RawFormat format;
  return format;
}

}  // namespace aforo
