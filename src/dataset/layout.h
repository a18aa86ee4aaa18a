// Layout: where each sample's bytes lie. The one door between "sample 4711" and "this file, this offset".
//
// A Layout is immutable after it is built and safe to use from many threads. Generated datasets compute
// everything from the spec and the seed in O(1) memory; scanned ones hold a compact name table shared by all
// ranks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/units.h"
#include "dataset/file_names.h"
#include "workload/spec.h"

namespace aforo {

using SampleId = std::uint64_t;  // [0, samples())
// FileId (dataset/file_names.h): [0, files())

struct SampleLocation {
  FileId file = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // bytes to read; 0 with whole_file = size unknown, read to the end
  bool whole_file = false;   // the sample is exactly one file: offset 0
};

class Layout : public FileNames {
 public:
  virtual std::uint64_t samples() const = 0;
  virtual std::uint64_t files() const = 0;
  virtual SampleLocation locate(SampleId sample) const = 0;

  // Samples in `file`, and the first of them: packed layouts are read file by file too.
  virtual std::uint64_t samples_in(FileId file) const = 0;
  virtual SampleId first_sample(FileId file) const = 0;

  // Size of `file` in bytes; 0 = unknown.
  virtual std::uint64_t file_size(FileId file) const = 0;

  // Largest sample (bytes) that `locate` can return; sizes read buffers. An upper bound is enough.
  virtual std::uint64_t largest_sample() const = 0;

  // Total bytes of all samples, as stored.
  virtual std::uint64_t total_bytes() const = 0;

  LayoutKind kind() const { return kind_; }
  Content content() const { return content_; }

 protected:
  Layout(LayoutKind kind, Content content) : kind_(kind), content_(content) {}

 private:
  LayoutKind kind_;
  Content content_;
};

}  // namespace aforo
