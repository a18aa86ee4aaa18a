// Wire: how the processes of one job reach each other. The door to Open MPI, which is a module that is loaded only where
// a launcher started several processes (open_wire.h); tests have one of their own (test_wire.h).
//
// All members are called from one thread, the one that made it. None blocks but the destructor; nothing throws. Messages
// between two processes arrive whole and in the order in which they were sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace aforo {

// What every process gives to a round, and what all of them get: the larger of each, over all.
struct Round {
  std::uint64_t first = 0, second = 0;
};

struct WireMessage {
  std::uint32_t from = 0;
  std::string bytes;
};

class Wire {
 public:
  // Takes leave of the others where `well` was said, and waits for them; else leaves them behind.
  virtual ~Wire() = default;

  // This one's number, [0, hosts()); never change.
  virtual std::uint32_t host() const = 0;
  virtual std::uint32_t hosts() const = 0;

  // One round at a time, to which all processes come: begun, then asked for until it is there. `round` gives this one's.
  virtual void begin_round(Round mine) = 0;
  virtual std::optional<Round> round() = 0;

  // Takes the bytes over. They go on their way while `round`, `receive` or `sending` is called.
  virtual void send(std::uint32_t to, std::string bytes) = 0;
  // Something sent has not left yet.
  virtual bool sending() = 0;
  // The next that has come whole.
  virtual std::optional<WireMessage> receive() = 0;

  // All went well with all others: the end may wait for them.
  virtual void well() = 0;
};

// The one function of the module, with C's linkage: a new Wire, or null, with why as a phrase in `why`, of `room` bytes.
// `abi` is kWireAbi as the caller knows it.
inline constexpr std::uint32_t kWireAbi = 1;
inline constexpr const char* kWireFunction = "aforo_new_wire";
using NewWire = Wire* (*)(std::uint32_t abi, char* why, std::size_t room);

}  // namespace aforo
