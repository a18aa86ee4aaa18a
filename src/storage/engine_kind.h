// The engines by name: what people and Records call them. To add one, add a row to the table in
// engine_kind.cc and a case to make_engine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace aforo {

// The ways to move bytes that somebody can ask for. Records hold the word, not the number.
enum class EngineKind : std::uint8_t {
  // io_uring if the kernel grants it, else threads, with the reason said.
  kAuto,
  kUring,    // io_uring or nothing
  kThreads,  // plain system calls in a few threads
  // Plain system calls on the thread that asks: for one that waits for each request anyway.
  kBlocking,
  // Requests to an object store; the only one there, and only there.
  kS3,
  // Nothing is opened, read or written: the ceiling of what is above the engine.
  kNull,
};

// What is known of a kind without making an engine of it.
struct EngineRow {
  EngineKind kind;
  // In Records and options; lives as long as the program.
  std::string_view word;
  // False: what it answers says nothing about any storage.
  bool moves_bytes;
  // May be named as the engine of a job's reads. Blocking may not: its lane would carry out one
  // read at a time, whatever the job's number of workers.
  bool for_jobs;
};

// One row per kind, in the order in which they are offered.
std::span<const EngineRow> engine_table();

// The kind's columns; O(rows).
std::string_view to_string(EngineKind kind);
bool moves_bytes(EngineKind kind);

// The exact word, lower case; absent where no engine has that name.
std::optional<EngineKind> engine_named(std::string_view word);

}  // namespace aforo
