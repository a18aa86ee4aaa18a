// The engines by name: what people and Records call them. To add one, add a row to the table in
// engine_kind.cc and a case to make_engine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace aforo {

enum class EngineKind : std::uint8_t {
  // io_uring if the kernel grants it, else threads, with the reason said.
  kAuto,
  kUring,    // io_uring or nothing
  kThreads,  // plain system calls in a few threads
  // Plain system calls on the thread that asks: for one that waits for each request anyway.
  kBlocking,
  // Nothing is opened, read or written: the ceiling of what is above the engine.
  kNull,
};

struct EngineRow {
  EngineKind kind;
  std::string_view word;  // in Records and options
  // False: what it answers says nothing about any storage.
  bool moves_bytes;
  bool for_jobs;  // may be named as the engine of a job's reads
};

// One row per kind, in the order in which they are offered.
std::span<const EngineRow> engine_table();

std::string_view to_string(EngineKind kind);
bool moves_bytes(EngineKind kind);

// Absent where no engine has that name.
std::optional<EngineKind> engine_named(std::string_view word);

}  // namespace aforo
