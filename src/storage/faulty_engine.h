// FaultyEngine: a decorator that makes any engine fail on purpose, for tests of what is above it. With no
// rules it is its inner engine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/engine.h"

namespace aforo {

struct FaultRule {
  enum class Fault : std::uint8_t {
    // `error`, without asking the inner engine.
    kError,
    // At most `bytes` arrive, as if the file ended there; of a write, no more go, and then `error`.
    kShort,
    // Never answered: ETIMEDOUT after the timeout, with `buffer_held` if a buffer would be in use.
    kHang,
    kDelay,  // answered `delay` later
  };

  Fault fault = Fault::kError;
  // Of the file opened; empty = every file.
  std::string path_contains{};
  std::optional<IoOperation> operation{};  // absent = every operation
  // The n-th, 2n-th, ... request that matches.
  std::uint64_t every = 1;
  int error = 5;  // EIO
  std::uint64_t bytes = 0;
  Seconds delay{0};
};

// The first rule that strikes wins; every matching rule counts. `timeout` as in EngineOptions, for hangs.
std::unique_ptr<Engine> make_faulty_engine(std::unique_ptr<Engine> inner, std::vector<FaultRule> rules,
                                           Seconds timeout = Seconds{30});

}  // namespace aforo
