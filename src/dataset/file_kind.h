// What a file can be, as its first bytes tell it (recognise.h).
#pragma once

#include <string_view>

namespace aforo {

// kZip is a zip file that is no npz; kEmpty has no byte; kOther is none of the others.
enum class FileKind { kJpeg, kPng, kNpz, kNpy, kTfrecord, kTar, kHdf5, kParquet, kZip, kEmpty, kOther };

// "JPEG", "npz", "TFRecord", ...: as sentences name them. Pure.
std::string_view to_string(FileKind kind);

}  // namespace aforo
