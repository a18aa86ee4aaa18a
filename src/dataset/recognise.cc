#include "dataset/recognise.h"

#include "dataset/bytes.h"
#include "dataset/container.h"
#include "dataset/signatures.h"

namespace aforo {
namespace {

FileKind kind_inside_gzip(std::string_view name, std::span<const std::byte> front) {
  if (name.ends_with(".tgz") || name.ends_with(".tar.gz")) return FileKind::kGzipTar;
  const std::vector<std::byte> inside = inflated_front(front, Deflated::kGzip);
  switch (inside.empty() ? FileKind::kOther : recognise("", std::span(inside))) {
    case FileKind::kTar:
      return FileKind::kGzipTar;
    case FileKind::kTfrecord:
      return FileKind::kGzipTfrecord;
    case FileKind::kJsonLines:
      return FileKind::kGzipLines;
    default:
      return is_text(as_text(std::span(inside))) ? FileKind::kGzipLines : FileKind::kGzip;
  }
}

bool is_zlib_tfrecord(std::span<const std::byte> front) {
  if (front.size() < 2 || front[0] != std::byte{0x78}) return false;
  const auto head = static_cast<unsigned>(front[0]) << 8 | static_cast<unsigned>(front[1]);
  if (head % 31 != 0) return false;  // RFC 1950: so the second byte is chosen
  const std::vector<std::byte> inside = inflated_front(front, Deflated::kZlib);
  return !inside.empty() && recognise("", std::span(inside)) == FileKind::kTfrecord;
}

}  // namespace

FileKind recognise(std::string_view name, std::span<const std::byte> front) {
  if (front.empty()) return FileKind::kEmpty;
  for (const Container* container : containers())
    if (const auto kind = container->recognises(name, front)) return *kind;
  const FileKind kind = known_signature(name, front).value_or(FileKind::kOther);
  if (kind == FileKind::kOther && is_zlib_tfrecord(front)) return FileKind::kZlibTfrecord;
  return kind == FileKind::kGzip ? kind_inside_gzip(name, front) : kind;
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
