// Whose a file is that lies where one of a dataset belongs: told by what is in it, never by its name alone.
//
// A dataset's files follow from its spec, to the last byte, so that ours can be recognised. One of another size
// is ours only where nothing can be lost with it: a kill and a power cut leave files that are too short, whose
// blocks are those of the dataset or zeros.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dataset/generated_layout.h"
#include "storage/owned.h"

namespace aforo {

enum class Whose : std::uint8_t {
  // Nothing is there.
  kNobodys,
  // A regular file of the size that the dataset gives it. Its bytes are not looked at.
  kOurs,
  // Begun and not ended: shorter, and nothing in it that the dataset would not have there, or zeros.
  kTorn,
  // Anything else: a file of another size, a directory, a link, one that cannot be read.
  kForeign,
};

// What lies at a data file's path, and at its index's (which requires layout.has_index()). Costs a look at the
// entry; where it is shorter than it should be, reading it too. Blocks; thread-safe.
Whose whose_data(const Owned& owned, const GeneratedLayout& layout, FileId file);
Whose whose_index(const Owned& owned, const GeneratedLayout& layout, FileId file);

// The file of the dataset that is called so, or whose index is: by the number in the last part of the name.
struct NamedFile {
  FileId file = 0;
  bool is_index = false;
};
std::optional<NamedFile> file_named(const GeneratedLayout& layout, std::string_view name);

// What stands in the way at `path`, for a sentence: "a file of 9 B", "a directory".
std::string describe_entry(const Owned& owned, const std::string& path);

}  // namespace aforo
