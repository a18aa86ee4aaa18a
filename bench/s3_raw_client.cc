// s3_raw_client: as few system calls as HTTP over plain sockets takes, and nothing else: one request text, written down before, is
// sent again and again over so many connections; an answer is received into one buffer, head and body together. What the S3 engine is
// held beside (s3_engine_reader). One thread, one line of JSON.
//
//   s3_raw_client PORT [--connections 8] [--requests 20000] [--size 114660] [--range]
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Connection {
  int socket = -1;
  std::vector<char> buffer;
  size_t got = 0, whole = 0;  // of the answer; 0: its head is not there
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

[[noreturn]] void end(const char* why) {
  std::fprintf(stderr, "s3_raw_client: %s\n", why);
  std::exit(1);
}

class Client {
 public:
  Client(uint16_t port, size_t connections, size_t size, bool range)
      : all_(connections), text_("GET /data/sample-000000 HTTP/1.1\r\nhost: 127.0.0.1\r\n") {
    if (range) text_ += "range: bytes=0-" + std::to_string(size - 1) + "\r\n";
    text_ += "authorization: " + std::string(300, 'x') + "\r\n\r\n";  // as long as a signed one
    for (Connection& one : all_) {
      one.buffer.resize(size + 4096);
      one.socket = socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (connect(one.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        end("nobody listens");
      const int on = 1;
      setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      epoll_event event{};
      event.events = EPOLLIN | EPOLLET;
      event.data.ptr = &one;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, one.socket, &event);
    }
  }

  void run(size_t requests) {
    requests_ = requests;
    for (Connection& one : all_) ask(one);
    for (epoll_event events[64]; done_ < requests_;) {
      const int count = epoll_wait(epoll_, events, 64, -1);
      for (int i = 0; i < count; ++i) receive(*static_cast<Connection*>(events[i].data.ptr));
    }
  }
  size_t bytes() const { return bytes_; }

 private:
  void ask(Connection& one) {
    if (sent_ == requests_) return;
    ++sent_;
    one.got = one.whole = 0;
    if (send(one.socket, text_.data(), text_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text_.size()))
      end("not sent");
  }

  void receive(Connection& one) {
    for (;;) {
      const ssize_t got =
          recv(one.socket, one.buffer.data() + one.got, one.buffer.size() - one.got, MSG_DONTWAIT);
      if (got == 0) end("the server has closed");
      if (got < 0) return;
      one.got += static_cast<size_t>(got);
      if (one.whole == 0) {
        const std::string_view head(one.buffer.data(), one.got);
        const size_t length = head.find("Content-Length: "), stop = head.find("\r\n\r\n");
        if (stop == head.npos) continue;
        one.whole = stop + 4 + std::strtoull(head.data() + length + 16, nullptr, 10);
      }
      if (one.got < one.whole) continue;
      ++done_, bytes_ += one.got;
      return ask(one);
    }
  }

  std::vector<Connection> all_;
  std::string text_;
  int epoll_ = epoll_create1(0);
  size_t requests_ = 0, sent_ = 0, done_ = 0, bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) end("no PORT");
  size_t connections = 8, requests = 20'000, size = 114'660;
  bool range = false;
  for (int i = 2; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--range") {
      range = true;
    } else if (++i < argc) {
      (word == "--connections" ? connections
       : word == "--requests"  ? requests
                               : size) = std::strtoull(argv[i], nullptr, 10);
    }
  }
  Client client(static_cast<uint16_t>(std::atoi(argv[1])), connections, size, range);
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  client.run(requests);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto number = static_cast<double>(requests);
  std::printf(
      "{\"reader\": \"raw\", \"connections\": %zu, \"requests\": %zu, \"bytes\": %zu, \"seconds\": %.4f, "
      "\"requests_per_second\": %.0f, \"cpu_us_per_request\": %.2f}\n",
      connections, requests, client.bytes(), wall, number / wall, 1e6 * (cpu_seconds() - cpu) / number);
}
