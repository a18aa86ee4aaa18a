// Proof that the bytes read are the bytes that were written: of one sample, as a job reads it, and
// of a whole shard, what lies between its samples too. What is wrong is data, half a sentence; a
// storage that returns other bytes is a finding, not an end of the command.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "dataset/container.h"
#include "dataset/layout.h"
#include "dataset/manifest.h"

namespace aforo {

// What verify_sample proves for this layout.
Proof proof_of(const Layout& layout);

// Checks one sample as `locate` delimits it. For generated layouts the full proof; for foreign data
// the length, where it is known, and what the format can prove. The error is half a sentence, e.g.
// "sample 17 expected, found sample 18". O(bytes). Pure, thread-safe.
tl::expected<void, std::string> verify_sample(const Layout& layout, SampleId sample,
                                              std::span<const std::byte> bytes);

// The same, after making sure that `manifest` describes this very dataset.
tl::expected<void, std::string> verify_sample(const Layout& layout, const Manifest& manifest, SampleId sample,
                                              std::span<const std::byte> bytes);

// Follows one shard from front to back in consecutive blocks. With `contents`, every sample is
// verified as above, which holds one sample in memory, and what the format has outside of them;
// without, only the format's frame is (TFRecord's length checksums, tar's headers), in constant
// memory. One thread at a time. The layout must outlive it.
class ShardVerifier {
 public:
  ShardVerifier(const Layout& layout, FileId file, bool contents);

  // The next bytes. The error names the record's number in the shard and
  // its offset; later calls repeat it.
  tl::expected<void, std::string> feed(std::span<const std::byte> block);

  // Call after the last block: an error if the shard ended too early.
  tl::expected<void, std::string> finish();

 private:
  tl::expected<void, std::string> gather(std::span<const std::byte> block);

  const Layout& layout_;
  bool contents_;
  // The one being gathered, and the one behind the shard's last.
  SampleId sample_;
  SampleId end_;
  // Bytes fed.
  std::uint64_t offset_ = 0;
  std::vector<std::byte> gathered_;
  // Null: the format has no frame to check.
  std::unique_ptr<FramingCheck> framing_;
  std::string error_;
};

}  // namespace aforo
