// The value of one option inside an ask: what it means, as a typed value, and what
// was said, as a person wrote it.
//
// An ask is filled in two ways. A command line or a request body says a text, which is kept so that
// the Record echoes "90%" and not 0.90000000000000002. A program assigns a value, and the echo is
// its exact text. Left alone, a setting holds its default and counts as not given.
//
// Values; copy freely; not thread-safe while somebody changes them. Nothing throws
// but for want of memory.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"

namespace aforo {

// A value as text that its own parser takes back exactly: "8", "0.9", "30 s", "1048576 B",
// "6.88/h", "true". Shortest digits that give the same double; the same in every locale. Of an
// enumeration the word that its to_string makes.
std::string exact_text(bool value);
std::string exact_text(std::uint64_t value);
std::string exact_text(double value);
std::string exact_text(Bytes value);
std::string exact_text(Seconds value);
std::string exact_text(Dollars per_hour);
std::string exact_text(const std::string& value);
template <class E>
requires std::is_enum_v<E> std::string exact_text(E value) { return std::string(to_string(value)); }

// One option's value. `given` and not the value tells whether somebody decided: a default that was
// said out loud counts as given, and is echoed.
template <class T>
class Setting {
 public:
  Setting() = default;
  // The default of a member: not given. Not explicit, so that members read
  // `Setting<bool> direct = false`.
  Setting(T fallback) : value_(std::move(fallback)) {}

  // As a program gives it: given from now on, also where `value` is the default. A flag is meant to
  // be assigned true or left alone: a false one would be echoed as if it had been set.
  Setting& operator=(T value) {
    std::string text = exact_text(value);
    say(std::move(value), std::move(text));
    return *this;
  }
  // As a person gave it: `text` means `value`, which the caller has judged.
  // Replaces what was there.
  void say(T value, std::string text) {
    value_ = std::move(value);
    said_ = std::move(text);
    given_ = true;
  }

  bool given() const { return given_; }
  // The default where none was given; T{} where the member has no default of its own.
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }
  // Absent where none was given, for callees with a default of their own.
  std::optional<T> if_given() const { return given_ ? std::optional<T>(value_) : std::nullopt; }
  // "" where none was given.
  const std::string& said() const { return said_; }

 private:
  T value_{};
  std::string said_;
  bool given_ = false;
};

// An option that may be given several times: texts in the order in which they were given. Each is
// judged by whoever uses it; given means at least one.
class Repeated {
 public:
  void add(std::string text) { all_.push_back(std::move(text)); }
  bool given() const { return !all_.empty(); }
  const std::vector<std::string>& operator*() const { return all_; }

 private:
  std::vector<std::string> all_;
};

}  // namespace aforo
