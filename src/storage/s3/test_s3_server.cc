#include "storage/s3/test_s3_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "storage/s3/test_tls.h"

namespace aforo {
namespace {

// Of "20261201T101500Z", which requests are signed with.
std::time_t stamp_of(const std::string& text) {
  std::tm utc{};
  return ::strptime(text.c_str(), "%Y%m%dT%H%M%SZ", &utc) != nullptr ? ::timegm(&utc) : 0;
}

std::string date_of(std::time_t time) {
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

}  // namespace

struct TestS3Server::Inside {
  Options options;
  int listener = -1;
  std::uint16_t port = 0;
  mutable std::mutex mutex;
  std::condition_variable ending;
  bool ends = false;
  TestBucket bucket;
  std::unique_ptr<TestCertificate> certificate;
  std::function<std::optional<FaultPlan>(const SeenRequest&, unsigned)> rule;
  std::vector<SeenRequest> seen;
  std::vector<int> sockets;
  std::vector<std::thread> threads;
  std::thread acceptor;

  void accept_all() {
    for (unsigned number = 1;; ++number) {
      const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const std::lock_guard lock(mutex);
      if (ends) {
        ::close(socket);
        return;
      }
      sockets.push_back(socket);
      threads.emplace_back([this, socket, number] { serve(socket, number); });
    }
  }

  void serve(int socket, unsigned number) {
    TestWire wire(socket, certificate.get());
    std::string bytes;
    for (;;) {
      const std::size_t end = bytes.find("\r\n\r\n");
      if (end == std::string::npos) {
        if (!receive(wire, bytes)) break;
        continue;
      }
      const std::string head = bytes.substr(0, end + 2);
      bytes.erase(0, end + 4);
      const std::string said = field_of(head, "content-length");
      const std::size_t length = said.empty() ? 0 : std::stoull(said);
      while (bytes.size() < length)
        if (!receive(wire, bytes)) break;
      if (bytes.size() < length || !answer(wire, head, bytes.substr(0, length), number)) break;
      bytes.erase(0, length);
    }
    ::shutdown(socket, SHUT_RDWR);
  }

  static bool receive(TestWire& wire, std::string& bytes) {
    std::vector<char> piece(64 << 10);
    const ssize_t got = wire.receive(piece.data(), piece.size());
    if (got > 0) bytes.append(piece.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  // False: the connection ends.
  bool answer(TestWire& wire, const std::string& head, const std::string& body, unsigned number) {
    SeenRequest request;
    request.head = head, request.connection = number, request.body_bytes = body.size();
    request.method = head.substr(0, head.find(' '));
    const std::string target = head.substr(
        request.method.size() + 1, head.find(' ', request.method.size() + 1) - request.method.size() - 1);
    const std::size_t mark = target.find('?');
    const std::string path = unescaped(target.substr(0, mark));
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    const std::size_t slash = path.find('/', 1);
    const std::string name = path.substr(1, slash == std::string::npos ? slash : slash - 1);
    if (slash != std::string::npos) request.key = path.substr(slash + 1);
    request.range = field_of(head, "range");
    std::optional<FaultPlan> fault;
    TestReply reply;
    {
      const std::lock_guard lock(mutex);
      if (rule) fault = rule(request, static_cast<unsigned>(seen.size()));
      seen.push_back(request);
      const bool prevented = fault && (fault->hang || fault->reset || fault->status != 0);
      if (!prevented)
        reply = name != options.bucket ? error_reply(404, "NoSuchBucket")
                : is_late(head)        ? error_reply(403, "RequestTimeTooSkewed")
                                       : bucket.answer(request, body);
    }
    return send_reply(wire, request, reply, fault);
  }

  bool is_late(const std::string& head) const {
    const std::string stamp = field_of(head, "x-amz-date");
    return !stamp.empty() && std::abs(std::time(nullptr) + options.clock - stamp_of(stamp)) > 900;
  }

  bool send_reply(TestWire& wire, const SeenRequest& request, TestReply reply,
                  const std::optional<FaultPlan>& fault) {
    if (fault) {
      if (fault->hang || fault->wait.value > 0) {
        std::unique_lock lock(mutex);
        const auto over = [this] { return ends; };
        if (fault->hang)
          ending.wait(lock, over);
        else
          ending.wait_for(lock, std::chrono::duration<double>(fault->wait.value), over);
      }
      if (fault->reset || fault->lose) wire.reset();
      if (fault->hang || fault->reset || fault->lose) return false;
      if (fault->status != 0) reply = error_reply(fault->status, fault->code);
      if (!fault->body.empty())
        reply.body = fault->body, reply.headers = {"content-type: " + fault->content_type};
      if (fault->wrong_checksum)
        reply.headers = {"x-amz-checksum-crc32c: AAAAAA==", "x-amz-checksum-type: FULL_OBJECT"};
    }
    std::string out = fmt::format("HTTP/1.1 {} Whatever\r\ndate: {}\r\n", reply.status,
                                  date_of(std::time(nullptr) + options.clock));
    for (const std::string& header : reply.headers) out += header + "\r\n";
    const bool chunked = options.chunked && request.method != "HEAD" && reply.status != 204;
    out += chunked ? "transfer-encoding: chunked\r\n"
                   : fmt::format("content-length: {}\r\n",
                                 std::max<std::uint64_t>(reply.head_length, reply.body.size()));
    if (options.close) out += "connection: close\r\n";
    out += "\r\n";
    if (request.method != "HEAD") {
      if (!chunked) {
        out += fault && fault->cut ? reply.body.substr(0, *fault->cut) : reply.body;
      } else {
        for (std::size_t at = 0; at < reply.body.size(); at += 1000)
          out += fmt::format("{:x};x=y\r\n{}\r\n", std::min<std::size_t>(1000, reply.body.size() - at),
                             reply.body.substr(at, 1000));
        out += "0\r\nx-trailer: 1\r\n\r\n";
      }
    }
    for (std::size_t at = 0; at < out.size();) {
      const ssize_t sent = wire.send(out.data() + at, out.size() - at);
      if (sent <= 0) return false;
      at += static_cast<std::size_t>(sent);
    }
    return !options.close && !(fault && fault->cut);
  }
};

TestS3Server::TestS3Server(Options options) : inside_(std::make_unique<Inside>()) {
  inside_->options = std::move(options);
  inside_->bucket.page = inside_->options.page;
  if (inside_->options.tls) inside_->certificate = std::make_unique<TestCertificate>();
  inside_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(inside_->listener, raw, length) != 0 || ::listen(inside_->listener, 128) != 0 ||
      ::getsockname(inside_->listener, raw, &length) != 0)
    throw std::runtime_error("the test's server cannot listen");
  inside_->port = ntohs(address.sin_port);
  inside_->acceptor = std::thread([this] { inside_->accept_all(); });
}

TestS3Server::~TestS3Server() {
  {
    const std::lock_guard lock(inside_->mutex);
    inside_->ends = true;
    inside_->ending.notify_all();
    for (const int socket : inside_->sockets) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(inside_->listener, SHUT_RDWR);
  inside_->acceptor.join();
  for (std::thread& thread : inside_->threads) thread.join();
  for (const int socket : inside_->sockets) ::close(socket);
  ::close(inside_->listener);
}

std::string TestS3Server::endpoint() const {
  return fmt::format("{}://127.0.0.1:{}", inside_->certificate ? "https" : "http", inside_->port);
}

std::string TestS3Server::ca_file() const { return inside_->certificate->file(); }

void TestS3Server::put(const std::string& key, std::string content) {
  const std::lock_guard lock(inside_->mutex);
  inside_->bucket.objects[key] = std::move(content);
}

void TestS3Server::put_sparse(const std::string& key, std::uint64_t size) {
  const std::lock_guard lock(inside_->mutex);
  inside_->bucket.sparse[key] = size;
}

std::optional<std::string> TestS3Server::get(const std::string& key) const {
  const std::lock_guard lock(inside_->mutex);
  const auto found = inside_->bucket.objects.find(key);
  if (found == inside_->bucket.objects.end()) return std::nullopt;
  return found->second;
}

std::size_t TestS3Server::open_uploads() const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->bucket.open_uploads();
}

void TestS3Server::faults(std::function<std::optional<FaultPlan>(const SeenRequest&, unsigned)> rule) {
  const std::lock_guard lock(inside_->mutex);
  inside_->rule = std::move(rule);
}

std::vector<SeenRequest> TestS3Server::seen() const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->seen;
}

}  // namespace aforo
