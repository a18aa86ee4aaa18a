// The fields of a workload as a person reads about them.
#pragma once

#include <string>
#include <vector>

namespace aforo {

// One declared field, for docs/reference.md and for the test that every field is documented.
struct FieldDoc {
  // "loader.batch_size".
  std::string key;
  // "count", "bytes with unit", "law of bytes", "pytorch | tensorflow | ideal".
  std::string form;
  std::string fallback;  // default as written, or "required"
  std::string text;      // one sentence
};
// All of them, in the order in which they are written.
std::vector<FieldDoc> workload_fields();

}  // namespace aforo
