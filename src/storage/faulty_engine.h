// FaultyEngine: a decorator that makes any engine fail on purpose, for tests of what is above it.
//
// With no rules it passes the engines' contract as its inner engine does. Faults are counted, not
// drawn: the same requests in the same order fail in the same way. Costs an allocation per request,
// so nothing is measured through it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/engine.h"

namespace aforo {

// Which requests fail, and how. All that is set must match; a default
// rule fails every request with EIO.
struct FaultRule {
  enum class Fault : std::uint8_t {
    // `error`, without asking the inner engine.
    kError,
    // At most `bytes` arrive, as if the file ended there: no error. Of a write, no more go, and the
    // answer is `error` with the bytes that went.
    kShort,
    // Never answered: ETIMEDOUT after the timeout, with `buffer_held` if a buffer would be in use.
    // The inner engine does not see the request.
    kHang,
    // Carried out, and answered `delay` after it was done.
    kDelay,
  };

  Fault fault = Fault::kError;
  // Part of the path that the file was opened by; empty = every file.
  std::string path_contains{};
  std::optional<IoOperation> operation{};  // absent = every operation
  // The n-th, 2n-th, ... request that matches; 0 is 1.
  std::uint64_t every = 1;
  // Of kError, and of a write under kShort. EIO, what a broken drive answers.
  int error = 5;
  // Of kShort.
  std::uint64_t bytes = 0;
  Seconds delay{0};
};

// The first rule that strikes wins; every matching rule counts the request. `timeout` as in
// EngineOptions, for hangs: the same as the inner engine's, or 0 for a hang without end.
std::unique_ptr<Engine> make_faulty_engine(std::unique_ptr<Engine> inner, std::vector<FaultRule> rules,
                                           Seconds timeout = Seconds{30});

}  // namespace aforo
