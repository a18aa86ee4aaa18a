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
      "expected content raw, jpeg or npz to generate, found a content that aforo only reads: "
      "choose one of the three, or run on the existing files");
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
      "expected layout file-per-sample, tfrecord, webdataset or records to generate, found a layout that "
      "aforo only sizes: choose one of the four");
}

}  // namespace aforo
