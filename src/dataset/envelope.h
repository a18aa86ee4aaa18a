// Envelope: a sample's content between a computed head and tail. npz, tfrecord and tar are envelopes.
//
// Head and tail follow from identity and size alone, except for one word at the start of the tail that may
// depend on a checksum of what came before. That makes the three formats seekable, single-pass and verifiable
// by one piece of code.
#pragma once

#include "dataset/format.h"

namespace aforo {

// What the first four bytes of the tail are.
enum class Seal {
  kNone,      // part of the tail as it stands
  kTfrecord,  // masked CRC-32C of everything from `seal_from`
  kZip,  // chosen so that the CRC-32 of everything from `seal_from`, these four included, is `wanted_crc`
};

struct Envelope {
  std::vector<std::byte> head;
  std::uint64_t content_target = 0;  // of the inner format
  std::vector<std::byte> tail;
  Seal seal = Seal::kNone;
  std::size_t seal_from = 0;  // offset in head
  std::uint32_t wanted_crc = 0;
};

class EnvelopeFormat : public SampleFormat {
 public:
  void encode(const SampleIdentity& identity, std::uint64_t target, std::vector<std::byte>& out) const final;
  std::unique_ptr<ByteSource> open(const SampleIdentity& identity, std::uint64_t target) const final;
  tl::expected<void, std::string> verify(const SampleIdentity& identity, std::uint64_t target,
                                         std::span<const std::byte> bytes) const final;
  std::optional<PayloadClaim> claim(std::span<const std::byte> bytes) const final;

 protected:
  explicit EnvelopeFormat(const SampleFormat& content) : content_(content) {}
  // Where the content begins, if `bytes` look like this format at all: enough to ask the content whose it is.
  virtual std::optional<std::size_t> content_offset(std::span<const std::byte> bytes) const = 0;
  virtual Envelope make(const SampleIdentity& identity, std::uint64_t target) const = 0;
  const SampleFormat& content() const { return content_; }

 private:
  const SampleFormat& content_;
};

}  // namespace aforo
