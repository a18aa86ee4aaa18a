#include "serve/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace aforo {
namespace {

using ::testing::HasSubstr;

std::string refusal_text(int status, const std::string& sentence) {
  return std::to_string(status) + " " + sentence;
}

// A connection, and the other end of it.
class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()), 0); }
  ~ConnectionTest() override {
    ::close(ends_[0]);
    if (ends_[1] >= 0) ::close(ends_[1]);
  }
  void say(const std::string& text) {
    EXPECT_EQ(::send(ends_[1], text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  std::string heard() {
    std::array<char, 65536> buffer{};
    const ssize_t n = ::recv(ends_[1], buffer.data(), buffer.size(), MSG_DONTWAIT);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  }
  void hang_up() {
    ::close(ends_[1]);
    ends_[1] = -1;
  }
  int socket() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
};

TEST_F(ConnectionTest, RequestsComeOneAfterTheOther) {
  Connection connection(socket());
  say("POST /a HTTP/1.1\r\nContent-Length: 4\r\nContent-Type: application/json\r\n\r\nbodyGET /b HTTP/1.1\r\n");
  std::string head;
  ASSERT_TRUE(connection.next_request(head, refusal_text));
  EXPECT_THAT(head, HasSubstr("POST /a"));
  EXPECT_FALSE(connection.body_was_read());
  std::array<char, 10> body{};
  ASSERT_EQ(connection.read_body(body.data(), body.size()), 4);
  EXPECT_EQ(std::string(body.data(), 4), "body");
  EXPECT_EQ(connection.read_body(body.data(), body.size()), -1);
  EXPECT_TRUE(connection.body_was_read());
  say("\r\n");
  ASSERT_TRUE(connection.next_request(head, refusal_text));
  EXPECT_EQ(head, "GET /b HTTP/1.1\r\n\r\n");
  hang_up();
  EXPECT_FALSE(connection.next_request(head, refusal_text));
}

TEST_F(ConnectionTest, RefusesWhatIsTooLong) {
  Connection connection(socket());
  say("GET / HTTP/1.1\r\nCookie: " + std::string(20'000, 'x'));
  std::string head;
  EXPECT_FALSE(connection.next_request(head, refusal_text));
  EXPECT_THAT(heard(), HasSubstr("431"));
}

TEST_F(ConnectionTest, RefusesWhatIsNoRequest) {
  Connection connection(socket());
  say("hello\r\n\r\n");
  std::string head;
  EXPECT_FALSE(connection.next_request(head, refusal_text));
  EXPECT_THAT(heard(), HasSubstr("400 expected a request of HTTP/1.1"));
}

TEST_F(ConnectionTest, AHeadThatIsCutShortIsNone) {
  Connection connection(socket());
  say("GET / HTTP/1.1\r\n");
  hang_up();
  std::string head;
  EXPECT_FALSE(connection.next_request(head, refusal_text));
}

TEST_F(ConnectionTest, SeesThatTheOtherSideIsGone) {
  const Connection connection(socket());
  const int event = ::eventfd(0, EFD_CLOEXEC);
  EXPECT_EQ(connection.wait_for(event, Seconds{0.01}), Connection::Woken::kNothing);
  const std::uint64_t one = 1;
  ASSERT_EQ(::write(event, &one, sizeof one), static_cast<ssize_t>(sizeof one));
  EXPECT_EQ(connection.wait_for(event, Seconds{10}), Connection::Woken::kEvent);
  hang_up();
  EXPECT_EQ(connection.wait_for(event, Seconds{10}), Connection::Woken::kGone);
  ::close(event);
}

TEST_F(ConnectionTest, EndsWhenItIsShutDown) {
  Connection connection(socket());
  ::shutdown(socket(), SHUT_RDWR);
  std::string head;
  EXPECT_FALSE(connection.next_request(head, refusal_text));
  EXPECT_EQ(connection.write("x", 1), -1);
}

}  // namespace
}  // namespace aforo
