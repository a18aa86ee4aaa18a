#include "storage/engine_kind.h"

#include <array>
#include <stdexcept>

namespace aforo {
namespace {

constexpr std::array<EngineRow, 6> kEngines{{
    {EngineKind::kAuto, "auto", true, true},
    {EngineKind::kUring, "io_uring", true, true},
    {EngineKind::kThreads, "threads", true, true},
    {EngineKind::kBlocking, "blocking", true, false},
    {EngineKind::kS3, "s3", true, true},
    {EngineKind::kNull, "null", false, false},
}};

const EngineRow& row_of(EngineKind kind) {
  for (const EngineRow& row : kEngines)
    if (row.kind == kind) return row;
  throw std::logic_error("an engine without a row");
}

}  // namespace

std::span<const EngineRow> engine_table() { return kEngines; }
std::string_view to_string(EngineKind kind) { return row_of(kind).word; }
bool moves_bytes(EngineKind kind) { return row_of(kind).moves_bytes; }

std::optional<EngineKind> engine_named(std::string_view word) {
  for (const EngineRow& row : kEngines)
    if (row.word == word) return row.kind;
  return std::nullopt;
}

}  // namespace aforo
