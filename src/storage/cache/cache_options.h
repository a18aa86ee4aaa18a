// A local cache of a remote place, as a person asks for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"

namespace aforo {

// What goes where an object needs room that there is not.
enum class Replacement : std::uint8_t {
  kRandom,  // any object, drawn evenly
  kLru,     // the one that was read longest ago
};

constexpr std::string_view to_string(Replacement replacement) {
  return replacement == Replacement::kLru ? "lru" : "random";
}

struct CacheOptions {
  // Of this host: absent, empty, or what aforo left there of the same place. Empty: no cache is asked for.
  std::string directory = {};
  // Of the objects in it, each counted in whole blocks of 4 KiB; never exceeded.
  Bytes size{0};
  static constexpr Bytes kLeast{1 << 20};  // chosen: less is a slip
  Replacement policy = Replacement::kRandom;
};

}  // namespace aforo
