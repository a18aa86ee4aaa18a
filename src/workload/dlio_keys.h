// The keys of the benchmark's workload files, and why aforo does not honour some of
// them. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// One key that DLIO has. All views live as long as the program.
struct DlioKey {
  // Dotted, without "workload.".
  std::string_view key;
  std::string_view reason;  // why it may stay unread; "" where it is honoured whenever it says something
  std::string_view own{};   // aforo's key for the same; "" where there is none
};

// All of them, by section. Lives as long as the program.
const std::vector<DlioKey>& dlio_keys();

// The entry of that key; null for a key that DLIO does not have.
const DlioKey* find_dlio_key(std::string_view key);

// Known keys as words, for suggestions.
std::vector<std::string> dlio_key_words();

}  // namespace aforo
