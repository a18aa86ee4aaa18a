// What a file is, from its first bytes. Names decide only where bytes cannot. Pure, thread-safe.
#pragma once

#include <span>
#include <string_view>

#include "dataset/file_kind.h"
#include "workload/spec.h"

namespace aforo {

inline constexpr std::size_t kRecogniseBytes = 512;  // enough for every kind

// `front` is the beginning of the file, kRecogniseBytes of it if it has so many. `name` may be a path.
FileKind recognise(std::string_view name, std::span<const std::byte> front);

// The layout and content that files of this kind mean. kOther, kZip and kEmpty are file-per-sample of kOther.
LayoutKind layout_of(FileKind kind);
Content content_of(FileKind kind);

}  // namespace aforo
