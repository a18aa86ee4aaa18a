// Which format serves which layout and content.
#include <fmt/format.h>

#include "base/error.h"
#include "dataset/tar.h"
#include "dataset/tfrecord.h"

namespace aforo {

std::string describe_size(std::uint64_t found, std::uint64_t expected) {
  return fmt::format("{}: {} of {} bytes", found < expected ? "short" : "too long", found, expected);
}

const SampleFormat& content_format(Content content) {
  switch (content) {
    case Content::kRaw:
      return raw_format();
    case Content::kJpeg:
      return jpeg_format();
    case Content::kNpz:
      return npz_format();
    case Content::kPng:
    case Content::kNpy:
    case Content::kOther:
      break;
  }
  throw UserError(
      fmt::format("expected content raw, jpeg or npz to generate, found {}, which aforo only reads: give "
                  "--content raw, whose files are as large, or run on the existing files",
                  to_string(content)));
}

const SampleFormat& stored_format(LayoutKind layout, Content content) {
  switch (layout) {
    case LayoutKind::kFilePerSample:
      return content_format(content);
    case LayoutKind::kTfrecord:
      return tfrecord_format(content);
    case LayoutKind::kWebdataset:
      return tar_format(content);
    case LayoutKind::kRecords:
      return raw_format();
    case LayoutKind::kHdf5:
    case LayoutKind::kParquet:
      break;
  }
  throw UserError(
      fmt::format("expected layout file-per-sample, tfrecord, webdataset or records to generate, found {}, "
                  "which aforo only sizes: give --layout tfrecord --content raw, or one of the others",
                  to_string(layout)));
}

bool can_generate(const DatasetSpec& spec) {
  if (spec.layout == LayoutKind::kHdf5 || spec.layout == LayoutKind::kParquet) return false;
  if (spec.layout == LayoutKind::kRecords) return true;  // bare bytes, whatever they mean
  return spec.content == Content::kRaw || spec.content == Content::kJpeg || spec.content == Content::kNpz;
}

}  // namespace aforo
