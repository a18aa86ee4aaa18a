// Container: what a layout is in bytes. One file in containers/, one row in containers.cc and one
// in kLayoutTraits (workload/spec.h) for each; nobody else asks which layout it is.
//
// Containers are stateless, immutable and thread-safe; references to them are good for ever. All of
// them pass one contract suite (container_test.cc), what they make the formats'
// (format_contract_test.cc). Those whose samples aforo only sizes are rows too: they recognise
// their files and say no to the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "dataset/extent.h"
#include "dataset/file_kind.h"
#include "dataset/format.h"
#include "dataset/shard_oddities.h"
#include "workload/spec.h"

namespace aforo {

// How much a check can prove.
enum class Proof {
  kIdentity,   // generated here: every byte is the one written, of the sample asked for
  kChecksum,   // the format carries a checksum of the content (TFRecord's CRC-32C, zip's CRC-32)
  kStructure,  // the format's frame is whole, its content is not checked (JPEG's markers, a tar header)
  kNone,       // these bytes carry no proof; nothing but the length is checked
};

// Half a sentence about what is wrong, if something is.
using Checked = tl::expected<void, std::string>;

// One file of a dataset as an index is made of it: headers here and
// there. One thread at a time; it may block.
class HeaderReader {
 public:
  virtual ~HeaderReader() = default;

  // `count` bytes at `offset`: fewer at the end of the file, none after
  // an error. Good until the next call.
  virtual std::span<const std::byte> at(std::uint64_t offset, std::size_t count) = 0;

  // Why bytes were missing: half a sentence; empty if the file merely ended there.
  virtual std::string failure() const = 0;

  // The text of a file beside this one: this one's name with `added` at its end, or, with
  // `instead`, in the place of its extension. Nothing if there is none that can be read.
  virtual std::optional<std::string> beside(std::string_view added, bool instead) const = 0;
};

// Where the samples of one file of many lie.
struct FileIndex {
  // Ascending; framing included.
  std::vector<Extent> samples;
  // Half a sentence, if the file ended or broke before its end;
  // `samples` are good as far as they go.
  std::string error;
  ShardOddities odd;
  // No header was read: an index lay beside the file, and was believed.
  bool from_index_file = false;
};

// Follows one file from front to back in consecutive blocks, whatever cuts them, in constant
// memory. One thread at a time. Errors are half a sentence with the byte; after the first one the
// rest has no meaning.
class FramingCheck {
 public:
  virtual ~FramingCheck() = default;
  // The next bytes; blocks may be of any size, 0 too.
  virtual Checked feed(std::span<const std::byte> block) = 0;
  // After the last block: an error if the file ended too early.
  virtual Checked finish() = 0;
};

// The questions that differ by layout. What has a default here is what most layouts answer.
class Container {
 public:
  virtual ~Container() = default;
  // The row of kLayoutTraits that this one carries out; no other container has it.
  virtual LayoutKind layout() const = 0;
  const LayoutTraits& traits() const { return traits_of(layout()); }

  // --- Recognising ---

  // What a file is, if its first bytes (kRecogniseBytes, or all there are) say that it is one of
  // this container's; else nothing. Bytes decide; the name only where they cannot.
  virtual std::optional<FileKind> recognises(std::string_view name,
                                             std::span<const std::byte> front) const = 0;

  // Whether files of this kind mean this layout when nobody has said
  // what they are. Each kind means one layout.
  virtual bool owns(FileKind kind) const = 0;

  // Whether files of this kind can be read as this layout, if that is what the workload says.
  virtual bool reads(FileKind kind) const { return owns(kind); }

  // The kind that a workload of this layout and content looks for first;
  // nothing: whatever there is most of.
  virtual std::optional<FileKind> looks_for(Content content) const = 0;

  // The bytes that every whole file of this layout ends with; empty: they tell nothing.
  virtual std::string_view end_mark() const { return {}; }

  // --- Making ---

  // What one sample is where it is stored, framing included; null: such a dataset can only be read.
  virtual const SampleFormat* makes(Content content) const = 0;

  // What stands in a generated file before its first sample, whatever
  // its number of samples. `head` makes it, of exactly that size, for
  // `samples` samples of `sample_bytes` each (0 where sizes differ).
  virtual std::uint64_t head_bytes() const { return 0; }
  virtual std::vector<std::byte> head(std::uint64_t samples, std::uint64_t sample_bytes) const;

  // Zeros after its last sample.
  virtual std::uint64_t end_bytes() const { return 0; }

  // What a generated file's index is called, after its own name; empty: it has none.
  virtual std::string_view index_suffix() const { return {}; }
  // What stands in it, for the samples of one file in their order. Requires an index_suffix.
  virtual std::string index_text(std::span<const Extent> samples) const;

  // --- Reading what others made ---

  // Whether samples are found by reading headers; else they are files,
  // or told apart by their size alone.
  virtual bool has_headers() const { return false; }

  // From headers only, without reading the samples. Requires has_headers. `size` is the file's, in
  // bytes. Never throws for what the file says; memory is what the answer takes, at most in
  // proportion to `size`.
  virtual FileIndex index(HeaderReader& file, std::uint64_t size) const;

  // Bytes of a stored sample that are not the sample: what an inspection takes off.
  virtual std::uint64_t framing_bytes() const { return 0; }

  // --- Proving ---

  // The frame of a whole file; null: there is none to check. `with_samples`: each sample is proved
  // by itself too, so only what lies outside of them is still to be checked.
  virtual std::unique_ptr<FramingCheck> framing(bool with_samples) const;

  // What `check` proves of foreign samples of this content, and the check of one of them as
  // `locate` delimits it. O(bytes); Proof::kNone finds nothing wrong with any bytes.
  virtual Proof proof(Content content) const = 0;
  virtual Checked check(Content content, std::span<const std::byte> sample) const = 0;
};

// All of them, in the order of LayoutKind. Built once, at the first call; never null.
std::span<const Container* const> containers();

// The one of this layout; every layout has one. O(1).
const Container& container(LayoutKind layout);

// "expected a whole JPEG, found other or fewer bytes", unless it is whole.
Checked check_whole(bool whole, std::string_view what);

}  // namespace aforo
