#include "dataset/file_kind.h"

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

}  // namespace aforo
