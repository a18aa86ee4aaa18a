#include "serve/connection.h"

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "serve/request_head.h"

namespace aforo {
namespace {

int milliseconds(Seconds time) { return static_cast<int>(time.value * 1e3); }

std::chrono::steady_clock::time_point after(Seconds time) {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds(time));
}

int milliseconds_to(std::chrono::steady_clock::time_point end) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

}  // namespace

bool Connection::receive(Clock::time_point end) {
  pollfd asked{socket_, POLLIN, 0};
  const int ready = ::poll(&asked, 1, milliseconds_to(end));
  if (ready <= 0) return ready < 0 && errno == EINTR;
  std::array<char, 8192> buffer{};
  const ssize_t n = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n <= 0) return n < 0 && (errno == EINTR || errno == EAGAIN);
  received_.append(buffer.data(), static_cast<std::size_t>(n));
  return true;
}

bool Connection::next_request(std::string& head, Refused refused) {
  const Clock::time_point idle_ends = after(kIdleTime);
  while (received_.empty())
    if (!receive(idle_ends)) return false;
  request_ends_ = after(kRequestTime);
  std::size_t end = 0;
  while ((end = end_of_head(received_)) == std::string::npos && received_.size() <= kLongestHead)
    if (!receive(request_ends_)) return false;
  RequestHead found =
      end > kLongestHead
          ? RequestHead{431, fmt::format("expected a head of at most {} bytes, found more", kLongestHead)}
          : read_head(std::string_view(received_).substr(0, end));
  if (found.status != 0) {
    const std::string text = refused(found.status, found.why);
    write(text.data(), text.size());
    return false;
  }
  received_.erase(0, end);
  body_left_ = found.body;
  head = std::move(found.text);
  return true;
}

ssize_t Connection::read_body(char* to, std::size_t size) {
  if (body_left_ == 0) return -1;
  while (received_.empty())
    if (!receive(request_ends_)) return -1;
  const std::size_t n = std::min({size, received_.size(), body_left_});
  received_.copy(to, n);
  received_.erase(0, n);
  body_left_ -= n;
  return static_cast<ssize_t>(n);
}

bool Connection::takes() const {
  pollfd asked{socket_, POLLOUT, 0};
  return ::poll(&asked, 1, milliseconds(kWriteTime)) == 1 && (asked.revents & POLLOUT) != 0 &&
         (asked.revents & (POLLERR | POLLHUP)) == 0;
}

ssize_t Connection::write(const char* from, std::size_t size) {
  for (;;) {
    if (!takes()) return -1;
    const ssize_t n = ::send(socket_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) return n;
    if (errno != EAGAIN && errno != EINTR) return -1;
  }
}

void Connection::farewell() {
  ::shutdown(socket_, SHUT_WR);
  const Clock::time_point end = after(kFarewellTime);
  do {
    received_.clear();
  } while (receive(end) && milliseconds_to(end) > 0);
}

Connection::Woken Connection::wait_for(int event, Seconds most) const {
  std::array<pollfd, 2> asked = {{{socket_, POLLRDHUP, 0}, {event, POLLIN, 0}}};
  const int ready = ::poll(asked.data(), asked.size(), milliseconds(most));
  if (ready < 0) return errno == EINTR ? Woken::kNothing : Woken::kGone;
  if (asked[0].revents != 0) return Woken::kGone;
  return ready == 0 ? Woken::kNothing : Woken::kEvent;
}

}  // namespace aforo
