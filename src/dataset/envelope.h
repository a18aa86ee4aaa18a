// Envelope: a sample's content between a computed head and tail. npz,
// tfrecord and tar are envelopes.
//
//   stored sample = head, content, tail
//   tail          = seal (4 bytes, unless Seal::kNone), rest
//
// Head and tail follow from identity and size alone, except for the seal,
// which depends on a checksum of what came before it, from `seal_from` in the
// head on. That makes the three formats seekable, single-pass and verifiable
// by one piece of code: no checksum has to be known before its bytes are made.
#pragma once

#include "dataset/format.h"

namespace aforo {

// What the first four bytes of the tail are.
enum class Seal {
  kNone,      // part of the tail as it stands
  kTfrecord,  // masked CRC-32C of everything from `seal_from`
  // Chosen so that the CRC-32 of everything from `seal_from`, these four included, is `wanted_crc`
  // (forge_crc32_zip): the header before the data can announce it.
  kZip,
};

// What surrounds one sample, the seal still open (zeros). Some hundred bytes, whatever the content.
struct Envelope {
  std::vector<std::byte> head;
  // What the inner format is asked for; its stored_bytes lie between head and tail.
  std::uint64_t content_target = 0;
  // At least four bytes unless `seal` is kNone.
  std::vector<std::byte> tail;
  Seal seal = Seal::kNone;
  // Offset in head; at most its size.
  std::size_t seal_from = 0;
  // Of kZip.
  std::uint32_t wanted_crc = 0;
};

// A format that is an envelope: all of SampleFormat but sizes and names follows from `make`.
class EnvelopeFormat : public SampleFormat {
 public:
  std::uint64_t max_bytes() const override { return content_.max_bytes(); }
  void encode(const SampleIdentity& identity, std::uint64_t target, std::vector<std::byte>& out) const final;
  std::unique_ptr<ByteSource> open(const SampleIdentity& identity, std::uint64_t target) const final;
  tl::expected<void, std::string> verify(const SampleIdentity& identity, std::uint64_t target,
                                         std::span<const std::byte> bytes) const final;
  std::optional<PayloadClaim> claim(std::span<const std::byte> bytes) const final;

 protected:
  // `content` lives as long as the program, as all formats do.
  explicit EnvelopeFormat(const SampleFormat& content) : content_(content) {}
  // Where the content begins, if `bytes` look like this format at all:
  // enough to ask the content whose it is. May lie beyond `bytes`, which
  // are damaged then. For bytes from anywhere; never throws.
  virtual std::optional<std::size_t> content_offset(std::span<const std::byte> bytes) const = 0;
  // Deterministic; head, content and tail together are stored_bytes(target). Throws UserError for a
  // target that the format cannot hold.
  virtual Envelope make(const SampleIdentity& identity, std::uint64_t target) const = 0;
  const SampleFormat& content() const { return content_; }

 private:
  const SampleFormat& content_;
};

}  // namespace aforo
