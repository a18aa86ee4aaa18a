// One connection's socket: requests come whole, bounded and in time, or the connection ends.
//
// One thread. Does not own the socket; whoever ends it from outside shuts it down, and everything here returns.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "base/units.h"

namespace aforo {

class Connection {
 public:
  // From a request's first byte to its last; for every piece that is written; between two requests; to take in what a
  // browser still sends after it was refused, so that it reads why.
  static constexpr Seconds kRequestTime{10}, kWriteTime{10}, kIdleTime{30}, kFarewellTime{0.5};

  explicit Connection(int socket) : socket_(socket) {}

  // Waits for the next request and reads its head, which `head` then is, as a library may see it (request_head.h). False:
  // there is none to answer; one that was refused has been answered with `refused(status, sentence)`, a whole response.
  using Refused = std::string (*)(int status, const std::string& sentence);
  bool next_request(std::string& head, Refused refused);

  // Up to `size` bytes of the request's body; -1 when it is at its end or nothing came in time.
  ssize_t read_body(char* to, std::size_t size);
  // Whether all of the body was read, so that another request may follow.
  bool body_was_read() const { return body_left_ == 0; }

  // Some of the bytes; -1 where the other side is gone or took nothing in time.
  ssize_t write(const char* from, std::size_t size);
  // Whether the other side is there and takes something in time.
  bool takes() const;
  // No more is written; takes in for a moment what still comes.
  void farewell();

  // Until `event`, a descriptor, can be read, the other side is gone, or that time is over.
  enum class Woken { kEvent, kNothing, kGone };
  Woken wait_for(int event, Seconds most) const;

 private:
  using Clock = std::chrono::steady_clock;
  // Appends what comes until `end`; false where nothing does, or the other side is gone.
  bool receive(Clock::time_point end);

  int socket_;
  // Read from the socket and not yet looked at.
  std::string received_;
  std::size_t body_left_ = 0;
  Clock::time_point request_ends_{};
};

}  // namespace aforo
