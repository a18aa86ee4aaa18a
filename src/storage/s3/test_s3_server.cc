#include "storage/s3/test_s3_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace aforo {
namespace {

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ec == std::errc()) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += std::isalnum(static_cast<unsigned char>(c)) ||
                   std::string_view("-._~/").find(c) != std::string_view::npos
               ? std::string(1, c)
               : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

std::string field_of(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

std::string parameter_of(const std::string& query, const std::string& name) {
  const std::string all = "&" + query;
  const std::size_t at = all.find("&" + name + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 2;
  return unescaped(all.substr(begin, all.find('&', begin) - begin));
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct Reply {
  int status = 200;
  std::vector<std::string> headers;
  std::string body;
};

Reply error_reply(int status, const std::string& code) {
  return {status,
          {"content-type: application/xml"},
          "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>as told</Message></Error>"};
}

}  // namespace

struct TestS3Server::Inside {
  Options options;
  int listener = -1;
  std::uint16_t port = 0;
  mutable std::mutex mutex;
  std::condition_variable ending;
  bool ends = false;
  std::map<std::string, std::string> objects;
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
    std::string bytes;
    for (char piece[16384];;) {
      const std::size_t end = bytes.find("\r\n\r\n");
      if (end == std::string::npos) {
        const ssize_t got = ::recv(socket, piece, sizeof piece, 0);
        if (got <= 0) break;
        bytes.append(piece, static_cast<std::size_t>(got));
        continue;
      }
      const std::string head = bytes.substr(0, end + 2);
      bytes.erase(0, end + 4);
      if (!answer(socket, head, number)) break;
    }
    ::shutdown(socket, SHUT_RDWR);
  }

  // False: the connection ends.
  bool answer(int socket, const std::string& head, unsigned number) {
    SeenRequest request;
    request.head = head, request.connection = number;
    request.method = head.substr(0, head.find(' '));
    const std::string target = head.substr(
        request.method.size() + 1, head.find(' ', request.method.size() + 1) - request.method.size() - 1);
    const std::size_t mark = target.find('?');
    const std::string path = unescaped(target.substr(0, mark));
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    const std::size_t slash = path.find('/', 1);
    const std::string bucket = path.substr(1, slash == std::string::npos ? slash : slash - 1);
    if (slash != std::string::npos) request.key = path.substr(slash + 1);
    request.range = field_of(head, "range");
    std::optional<FaultPlan> fault;
    Reply reply;
    {
      const std::lock_guard lock(mutex);
      if (rule) fault = rule(request, static_cast<unsigned>(seen.size()));
      seen.push_back(request);
      reply = bucket != options.bucket ? error_reply(404, "NoSuchBucket")
              : request.key.empty()    ? listing(request)
                                       : object(request);
    }
    return send_reply(socket, request, reply, fault);
  }

  Reply object(const SeenRequest& request) const {
    const auto found = objects.find(request.key);
    if (found == objects.end()) return error_reply(404, "NoSuchKey");
    const std::string& content = found->second;
    const std::string etag = fmt::format("\"{:x}\"", std::hash<std::string>{}(content));
    if (const std::string wanted = field_of(request.head, "if-match"); !wanted.empty() && wanted != etag)
      return error_reply(412, "PreconditionFailed");
    if (request.range.empty()) return {200, {"etag: " + etag}, content};
    const std::string_view range = std::string_view(request.range).substr(6);
    const std::size_t dash = range.find('-');
    const std::uint64_t first = number_of(range.substr(0, dash));
    if (first >= content.size()) return error_reply(416, "InvalidRange");
    const std::uint64_t last = std::min<std::uint64_t>(number_of(range.substr(dash + 1)), content.size() - 1);
    return {206,
            {"etag: " + etag, fmt::format("content-range: bytes {}-{}/{}", first, last, content.size())},
            content.substr(first, last - first + 1)};
  }

  // Keys after the token, which is the last one told; common prefixes count as keys.
  Reply listing(const SeenRequest& request) const {
    const std::string prefix = parameter_of(request.query, "prefix"),
                      delimiter = parameter_of(request.query, "delimiter"),
                      token = parameter_of(request.query, "continuation-token");
    const std::string asked = parameter_of(request.query, "max-keys");
    const std::size_t most = std::min<std::uint64_t>(asked.empty() ? 1000 : number_of(asked), options.page);
    std::string out, last, common;
    std::size_t told = 0;
    bool truncated = false;
    for (auto at = objects.lower_bound(prefix); at != objects.end() && at->first.starts_with(prefix); ++at) {
      const std::string& key = at->first;
      if (!token.empty() &&
          (key <= token || (token.ends_with('/') && !delimiter.empty() && key.starts_with(token))))
        continue;
      const std::size_t cut = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
      const std::string group = cut == std::string::npos ? std::string() : key.substr(0, cut + 1);
      if (!group.empty() && group == common) continue;
      if (told == most) {
        truncated = true;
        break;
      }
      ++told;
      last = group.empty() ? key : group;
      if (group.empty()) {
        out += fmt::format("<Contents><Key>{}</Key><Size>{}</Size><ETag>&quot;e&quot;</ETag></Contents>",
                           escaped(key), at->second.size());
      } else {
        common = group;
        out += fmt::format("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", escaped(group));
      }
    }
    return {200,
            {"content-type: application/xml"},
            fmt::format(
                "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                "<EncodingType>url</EncodingType><IsTruncated>{}</IsTruncated>{}{}</ListBucketResult>",
                truncated ? "true" : "false",
                truncated ? "<NextContinuationToken>" + last + "</NextContinuationToken>" : "", out)};
  }

  bool send_reply(int socket, const SeenRequest& request, Reply reply,
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
      if (fault->hang || fault->reset) return false;
      if (fault->status != 0) reply = error_reply(fault->status, fault->code);
      if (!fault->body.empty())
        reply.body = fault->body, reply.headers = {"content-type: " + fault->content_type};
    }
    std::string out = fmt::format("HTTP/1.1 {} Whatever\r\n", reply.status);
    for (const std::string& header : reply.headers) out += header + "\r\n";
    const bool chunked = options.chunked && request.method != "HEAD";
    out +=
        chunked ? "transfer-encoding: chunked\r\n" : fmt::format("content-length: {}\r\n", reply.body.size());
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
      const ssize_t sent = ::send(socket, out.data() + at, out.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      at += static_cast<std::size_t>(sent);
    }
    return !options.close && !(fault && fault->cut);
  }
};

TestS3Server::TestS3Server(Options options) : inside_(std::make_unique<Inside>()) {
  inside_->options = std::move(options);
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

std::string TestS3Server::endpoint() const { return fmt::format("http://127.0.0.1:{}", inside_->port); }

void TestS3Server::put(const std::string& key, std::string content) {
  const std::lock_guard lock(inside_->mutex);
  inside_->objects[key] = std::move(content);
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
