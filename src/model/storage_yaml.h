// storage.yaml: words into a StorageSpec and back. Field by field: docs/storage-file.md.
//
// Thread-safe. Failure: UserError "FILE:LINE: key: expected ..., found ..." with the nearest known key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/storage_spec.h"

namespace aforo {

StorageSpec load_storage(const std::string& path);
StorageSpec parse_storage(std::string_view text, std::string_view file);  // `file` only names it in messages

// Readable and editable by hand, with a comment above each section; parse_storage(to_yaml(s)) == s but for `origin`.
std::string to_yaml(const StorageSpec& storage);

// One declared key, for docs/storage-file.md and the test that it documents every one.
struct StorageField {
  std::string section;  // "station", "curve", ...
  std::string key, form;
  bool required = false;
  std::string text;  // one sentence
};
std::vector<StorageField> storage_fields();

}  // namespace aforo
