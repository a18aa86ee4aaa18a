// The value of one option inside an ask: what it means, as a typed value, and what was said, as a person wrote it.
//
// An ask is filled in two ways. A command line or a request body says a text, which is kept so that the Record
// echoes "90%" and not 0.90000000000000002. A program assigns a value, and the echo is its exact text. Left alone,
// a setting holds its default and counts as not given. Values; not thread-safe.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"

namespace aforo {

// A value as text that its own parser takes back exactly: "8", "0.9", "30 s", "1048576 B", "6.88/h", "true".
std::string exact_text(bool value);
std::string exact_text(std::uint64_t value);
std::string exact_text(double value);
std::string exact_text(Bytes value);
std::string exact_text(Seconds value);
std::string exact_text(Dollars per_hour);
std::string exact_text(const std::string& value);
template <class E>
requires std::is_enum_v<E> std::string exact_text(E value) { return std::string(to_string(value)); }

template <class T>
class Setting {
 public:
  Setting() = default;
  Setting(T fallback) : value_(std::move(fallback)) {}  // the default of a member: not given

  // As a program gives it.
  Setting& operator=(T value) {
    std::string text = exact_text(value);
    say(std::move(value), std::move(text));
    return *this;
  }
  // As a person gave it: `text` means `value`.
  void say(T value, std::string text) {
    value_ = std::move(value);
    said_ = std::move(text);
    given_ = true;
  }

  bool given() const { return given_; }
  const T& operator*() const { return value_; }  // the default where none was given
  const T* operator->() const { return &value_; }
  std::optional<T> if_given() const { return given_ ? std::optional<T>(value_) : std::nullopt; }
  const std::string& said() const { return said_; }  // "" where none was given

 private:
  T value_{};
  std::string said_;
  bool given_ = false;
};

// An option that may be given several times: texts in the order in which they were given.
class Repeated {
 public:
  void add(std::string text) { all_.push_back(std::move(text)); }
  bool given() const { return !all_.empty(); }
  const std::vector<std::string>& operator*() const { return all_; }

 private:
  std::vector<std::string> all_;
};

}  // namespace aforo
