#include "dataset/recognise.h"

#include "dataset/container.h"

namespace aforo {
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
  for (const Container* container : containers())
    if (const auto kind = container->recognises(name, front)) return *kind;
  return FileKind::kOther;
}

LayoutKind layout_of(FileKind kind) {
  for (const Container* container : containers())
    if (container->owns(kind)) return container->layout();
  return {};
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
