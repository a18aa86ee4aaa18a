// The head of a request as bytes from a socket: bounded and judged before a library reads it.
//
// What nobody needs is left out, so that nothing acts on it: ranges, compression, upgrades. A body is JSON of a stated length, or
// there is none. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aforo {

// Bytes. Chosen: several times what browsers send, with the cookies of other servers on this host; a body holds a
// workload or a Record that is to be shown.
inline constexpr std::size_t kLongestHead = std::size_t{16} << 10;
inline constexpr std::size_t kLongestTarget = std::size_t{4} << 10;
inline constexpr std::size_t kLongestBody = std::size_t{1} << 20;

struct RequestHead {
  // 0: good. Else what it is answered with, and the sentence.
  int status = 0;
  std::string why = {};
  // With the empty line at its end, as a library reads it.
  std::string text = {};
  // Bytes that follow.
  std::size_t body = 0;
};

// `head` is all up to the first empty line, that included.
RequestHead read_head(std::string_view head);

// Where the body begins in what was received so far; npos where the head is not whole yet.
std::size_t end_of_head(std::string_view received);

}  // namespace aforo
