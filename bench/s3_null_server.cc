// s3_null_server: answers every GET with as many bytes as are asked for, from memory, on 127.0.0.1, one thread, and looks at
// nothing else: the ceiling that S3 clients are held to. PUT and POST bodies are read and thrown away. The port is printed.
//
//   s3_null_server [--port 0] [--size 114660]      --size: of an object; a Range gets what it asks for
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Client {
  int socket = -1;
  std::string in, head;
  size_t skip = 0;                           // of a body that comes
  size_t head_sent = 0, body = 0, sent = 0;  // of the answer that goes out
  bool answering() const { return head_sent < head.size() || sent < body; }
};

std::vector<char> content;

void begin_answer(Client& client, std::string_view head, size_t size) {
  size_t first = 0, last = size - 1;
  const size_t range = head.find("range: bytes=");
  const bool ranged = range != head.npos;
  if (ranged) std::sscanf(head.data() + range, "range: bytes=%zu-%zu", &first, &last);
  client.body = head.starts_with("GET") ? last - first + 1 : 0;
  char text[256];
  const int length =
      ranged ? std::snprintf(text, sizeof text,
                             "HTTP/1.1 206 Partial Content\r\nContent-Length: %zu\r\nContent-Range: bytes "
                             "%zu-%zu/%zu\r\nETag: \"0\"\r\n\r\n",
                             client.body, first, last, last + 1)
             : std::snprintf(text, sizeof text,
                             "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nETag: \"0\"\r\n\r\n", client.body);
  client.head.assign(text, static_cast<size_t>(length));
  client.head_sent = client.sent = 0;
  if (content.size() < client.body) content.resize(client.body, 'x');
}

// False: the connection has ended.
bool send_some(Client& client) {
  while (client.answering()) {
    iovec parts[2] = {{client.head.data() + client.head_sent, client.head.size() - client.head_sent},
                      {content.data(), client.body - client.sent}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    const ssize_t sent = sendmsg(client.socket, &message, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN;
    const size_t of_head = std::min<size_t>(sent, client.head.size() - client.head_sent);
    client.head_sent += of_head;
    client.sent += static_cast<size_t>(sent) - of_head;
  }
  return true;
}

bool receive_some(Client& client, size_t size) {
  static char piece[256 << 10];
  for (;;) {
    if (!client.answering()) {
      const size_t passed = std::min(client.skip, client.in.size());
      client.in.erase(0, passed);
      client.skip -= passed;
      const size_t end = client.skip ? std::string::npos : client.in.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::string_view head = std::string_view(client.in).substr(0, end + 4);
        const size_t length = head.find("content-length: ");
        const size_t body = length == head.npos ? 0 : std::strtoull(head.data() + length + 16, nullptr, 10);
        begin_answer(client, head, size);
        client.in.erase(0, end + 4);
        client.skip = body;
        if (!body && !send_some(client)) return false;
        continue;
      }
    }
    const ssize_t got = recv(client.socket, piece, sizeof piece, 0);
    if (got == 0) return false;
    if (got < 0) break;
    client.in.append(piece, static_cast<size_t>(got));
    const size_t passed = std::min(client.skip, client.in.size());
    client.in.erase(0, passed);
    client.skip -= passed;
    if (client.answering() && !client.skip && !send_some(client)) return false;
  }
  return errno == EAGAIN;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned port = 0;
  size_t size = 114'660;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!std::strcmp(argv[i], "--port")) port = static_cast<unsigned>(std::atoi(argv[i + 1]));
    if (!std::strcmp(argv[i], "--size")) size = static_cast<size_t>(std::atoll(argv[i + 1]));
  }
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0 || listen(listener, 1024) != 0) {
    std::perror("s3_null_server");
    return 1;
  }
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  std::printf("%u\n", ntohs(address.sin_port));
  std::fflush(stdout);
  const int epoll = epoll_create1(0);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  for (epoll_event events[64];;) {
    const int count = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.ptr == nullptr) {
        for (int made; (made = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          auto* client = new Client;
          client->socket = made;
          event.events = EPOLLIN | EPOLLOUT | EPOLLET;
          event.data.ptr = client;
          epoll_ctl(epoll, EPOLL_CTL_ADD, made, &event);
        }
        continue;
      }
      auto* client = static_cast<Client*>(events[i].data.ptr);
      const bool goes_on = (client->skip || send_some(*client)) && receive_some(*client, size);
      if (goes_on) continue;
      close(client->socket);
      delete client;
    }
  }
}
