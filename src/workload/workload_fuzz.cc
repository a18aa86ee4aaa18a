// Any bytes, both dialects: only UserError may come out, and what is accepted must come
// back from its own echo.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "workload/parse.h"

namespace {

void try_dialect(std::string_view text, aforo::Dialect dialect) {
  try {
    aforo::Workload workload = aforo::parse_workload(text, "fuzz", {}, dialect);
    workload.origin = "fuzz";
    workload.warnings.clear();
    try {
      if (!(aforo::parse_workload(aforo::to_yaml(workload), "fuzz", {}, aforo::Dialect::kAforo) == workload))
        std::abort();
    } catch (const aforo::UserError&) {
      std::abort();
    }
  } catch (const aforo::UserError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try_dialect(text, aforo::Dialect::kAforo);
  try_dialect(text, aforo::Dialect::kDlio);
  try {
    aforo::parse_dataset_block(text, "fuzz");
  } catch (const aforo::UserError&) {
  }
  return 0;
}
