#include "dataset/recognise.h"

#include "dataset/container.h"
#include "dataset/signatures.h"

namespace aforo {
FileKind recognise(std::string_view name, std::span<const std::byte> front) {
  if (front.empty()) return FileKind::kEmpty;
  for (const Container* container : containers())
    if (const auto kind = container->recognises(name, front)) return *kind;
  return known_signature(name, front).value_or(FileKind::kOther);
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
