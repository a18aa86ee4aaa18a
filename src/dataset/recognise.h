// What a file is, from its first bytes. Names decide only where bytes cannot: a name is easily
// wrong, and a dataset is judged by what a loader will find in it. Pure, thread-safe; the
// containers say what each knows (container.h).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "dataset/file_kind.h"
#include "workload/spec.h"

namespace aforo {

// `front` is the beginning of the file, kRecogniseBytes of it if it has so many. `name` may be a
// path. Always an answer: kEmpty without bytes, kOther where nobody knows them.
FileKind recognise(std::string_view name, std::span<const std::byte> front);

// The layout and content that files of this kind mean when nobody has said what they are. What has
// no layout of its own is file-per-sample of kOther; the content of packed kinds is kOther too, since
// what lies inside is not looked at.
LayoutKind layout_of(FileKind kind);
Content content_of(FileKind kind);

}  // namespace aforo
