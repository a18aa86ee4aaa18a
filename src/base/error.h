// The two kinds of error of this house.
//
// 1. What ends a command is a UserError: thrown once, caught once in `cli`, printed as one sentence,
//    exit code 2.
// 2. What happens in I/O (EIO, a short read, a timeout) is data in a result and never thrown.
//
// A broken promise between rooms is neither: it is a bug, and a std::logic_error.
#pragma once

#include <stdexcept>
#include <string>

namespace aforo {

// A sentence for a person: what was expected, what was found, what to do. No trailing newline and
// no "error:" in front, which `cli` adds. Thrown before anything was touched, or after what was
// begun has been put right.
class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The command was ended by the user (Ctrl-C, SIGTERM) before there was anything to report. Where
// something was measured, nobody throws: the result is kept and says `partial`.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

// errno as words with its symbol: "ENOSPC (no space left on device)"; "error 4711" for
// a number that the C library does not know. `error` is positive. In English whatever
// the locale. Thread-safe.
std::string describe_errno(int error);

}  // namespace aforo
