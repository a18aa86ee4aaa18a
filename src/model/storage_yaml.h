// storage.yaml: words into a StorageSpec and back. Field by field: docs/storage-file.md.
//
// Thread-safe. Failure: UserError "FILE:LINE: key: expected ..., found ..." with the nearest known
// key; the first mistake ends the reading.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/storage_spec.h"

namespace aforo {

// The file at `path`, at most 1 MiB. Also fails, naming the path alone, where there is no file, a
// directory or none that may be read. `origin` is the path, and so is the name of a system that
// gives itself none, by its stem.
StorageSpec load_storage(const std::string& path);
// The same of a text; pure. `file` only names it in messages and in `origin`.
StorageSpec parse_storage(std::string_view text, std::string_view file);

// Readable and editable by hand, with a comment above each section; parse_storage(to_yaml(s)) == s
// but for `origin`: numbers are written so that they come back bit by bit.
std::string to_yaml(const StorageSpec& storage);

// "", or what parse_storage would refuse of to_yaml(storage): nothing that answers a read, curves
// that fall, collapse or stand twice. For what was measured, where single values are in bounds: those
// bounds stop slips of a unit in files written by hand, and are not looked at. Pure.
std::string check_storage(const StorageSpec& storage);

// One declared key, for docs/storage-file.md and the test that it documents every one.
struct StorageField {
  std::string section;  // "station", "curve", ...
  std::string key, form;
  bool required = false;
  std::string text;  // one sentence
};
// All of them, section by section, in the order in which they are written.
std::vector<StorageField> storage_fields();

}  // namespace aforo
