#include "dataset/recognise.h"

#include "dataset/bytes.h"
#include "dataset/tar.h"
#include "dataset/tfrecord.h"

namespace aforo {
namespace {

// A zip whose first member is an array is what numpy.savez makes; an empty one is told by its name.
FileKind recognise_zip(std::string_view name, std::span<const std::byte> front) {
  if (front.size() >= 30) {
    const std::size_t length = load_le<std::uint16_t>(&front[26]);
    if (front.size() >= 30 + length && as_text(front.subspan(30, length)).ends_with(".npy"))
      return FileKind::kNpz;
  }
  return name.ends_with(".npz") ? FileKind::kNpz : FileKind::kZip;
}

}  // namespace

std::string_view to_string(FileKind kind) {
  switch (kind) {
    case FileKind::kJpeg:
      return "JPEG";
    case FileKind::kPng:
      return "PNG";
    case FileKind::kNpz:
      return "npz";
    case FileKind::kNpy:
      return "npy";
    case FileKind::kTfrecord:
      return "TFRecord";
    case FileKind::kTar:
      return "tar";
    case FileKind::kHdf5:
      return "HDF5";
    case FileKind::kParquet:
      return "Parquet";
    case FileKind::kZip:
      return "zip";
    case FileKind::kEmpty:
      return "empty";
    case FileKind::kOther:
      return "other";
  }
  return "";
}

FileKind recognise(std::string_view name, std::span<const std::byte> front) {
  if (front.empty()) return FileKind::kEmpty;
  const auto begins = [&](std::string_view magic) { return as_text(front).substr(0, magic.size()) == magic; };
  if (begins("\xff\xd8\xff")) return FileKind::kJpeg;
  if (begins("\x89PNG\r\n\x1a\n")) return FileKind::kPng;
  if (begins("\x93NUMPY")) return FileKind::kNpy;
  if (begins("\x89HDF\r\n\x1a\n")) return FileKind::kHdf5;
  if (begins("PAR1")) return FileKind::kParquet;
  if (begins("PK\x03\x04") || begins("PK\x05\x06")) return recognise_zip(name, front);
  if (front.size() >= kTarBlock && is_tar_header(front.first(kTarBlock))) return FileKind::kTar;
  if (front.size() >= kTfrecordHeaderBytes && read_tfrecord_header(front)) return FileKind::kTfrecord;
  return FileKind::kOther;
}

LayoutKind layout_of(FileKind kind) {
  switch (kind) {
    case FileKind::kTfrecord:
      return LayoutKind::kTfrecord;
    case FileKind::kTar:
      return LayoutKind::kWebdataset;
    case FileKind::kHdf5:
      return LayoutKind::kHdf5;
    case FileKind::kParquet:
      return LayoutKind::kParquet;
    default:
      return LayoutKind::kFilePerSample;
  }
}

Content content_of(FileKind kind) {
  switch (kind) {
    case FileKind::kJpeg:
      return Content::kJpeg;
    case FileKind::kPng:
      return Content::kPng;
    case FileKind::kNpz:
      return Content::kNpz;
    case FileKind::kNpy:
      return Content::kNpy;
    default:
      return Content::kOther;
  }
}

}  // namespace aforo
