#include "storage/s3/s3_client.h"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <random>
#include <utility>

#include "storage/engine.h"
#include "storage/network_link.h"
#include "storage/s3/http_answer.h"
#include "storage/s3/http_connection.h"
#include "storage/s3/server_clock.h"

namespace aforo {
namespace {

// Chosen. Of a backoff with full jitter: its mean doubles from attempt to attempt.
constexpr Seconds kFirstBackoff{0.05}, kLongestBackoff{2};
constexpr int kLook = 50;  // ms between two looks at the stop token
constexpr std::size_t kPiece = 64 << 10;
constexpr std::uint64_t kMostErrorBody = 1 << 20;
constexpr std::size_t kMostKept = 64;

S3Fault fault_of(int error, std::string words = {}) {
  S3Fault fault;
  fault.error = error;
  fault.words = std::move(words);
  return fault;
}

// 0, ETIMEDOUT or ECANCELED.
int wait_for(const HttpConnection& connection, HttpConnection::Want want, Seconds deadline,
             const std::stop_token& stop) {
  for (;;) {
    if (stop.stop_requested()) return ECANCELED;
    const double left = (deadline - monotonic_now()).value;
    if (left <= 0) return ETIMEDOUT;
    pollfd one{connection.descriptor(),
               static_cast<short>(want == HttpConnection::Want::kWrite ? POLLOUT : POLLIN), 0};
    if (::poll(&one, 1, std::min(kLook, static_cast<int>(std::ceil(left * 1e3)))) > 0) return 0;
  }
}

// False where a stop was requested meanwhile.
bool rest(Seconds time, const std::stop_token& stop) {
  const Seconds until = monotonic_now() + time;
  for (Seconds now = monotonic_now(); now < until; now = monotonic_now()) {
    if (stop.stop_requested()) return false;
    const double part = std::min((until - now).value, kLook * 1e-3);
    const timespec length{0, static_cast<long>(part * 1e9)};
    ::nanosleep(&length, nullptr);
  }
  return true;
}

Seconds backoff(unsigned attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const double most =
      std::min(kLongestBackoff.value, kFirstBackoff.value * std::ldexp(1.0, static_cast<int>(attempt)));
  return Seconds{std::uniform_real_distribution<double>(0, most)(random)};
}

// Until all of `bytes` have left.
int send_all(HttpConnection& connection, std::string_view bytes, Seconds deadline,
             const std::stop_token& stop) {
  while (!bytes.empty()) {
    const HttpConnection::Done done = connection.send(bytes);
    if (done.error != 0) return done.error;
    bytes.remove_prefix(done.bytes);
    if (done.want == HttpConnection::Want::kNothing) continue;
    if (const int error = wait_for(connection, done.want, deadline, stop)) return error;
  }
  return 0;
}

// Appends what comes next: 0 or an errno; `ended` where the peer closed.
int receive_more(HttpConnection& connection, std::string& into, bool& ended, Seconds deadline,
                 const std::stop_token& stop) {
  const std::size_t before = into.size();
  into.resize(before + kPiece);
  for (;;) {
    const HttpConnection::Done done =
        connection.receive(std::as_writable_bytes(std::span(into).subspan(before)));
    if (done.error != 0 || done.want == HttpConnection::Want::kNothing) {
      into.resize(before + done.bytes);
      ended = done.error == 0 && done.bytes == 0;
      return done.error;
    }
    if (const int error = wait_for(connection, done.want, deadline, stop)) {
      into.resize(before);
      return error;
    }
  }
}

std::string kind_of(std::string_view content_type) {
  if (content_type.find("html") != content_type.npos) return "a page of HTML, not S3,";
  return "an answer that is not S3's";
}

}  // namespace

// What one attempt came to, beside its answer.
struct S3Client::Attempt {
  bool was_kept = false;  // over a connection that had been used before
  HttpAnswer answer;      // points into `raw`, whose first `used` bytes are its head
  std::string raw, body;
  std::size_t used = 0;
  std::optional<std::time_t> date;
};

S3Client::S3Client(std::shared_ptr<const S3Bucket> bucket, std::shared_ptr<RemoteCounters> counters,
                   std::shared_ptr<ServerClock> clock)
    : bucket_(std::move(bucket)),
      counters_(std::move(counters)),
      clock_(std::move(clock)),
      tls_(bucket_->tls ? std::make_unique<TlsContext>(bucket_->ca_file) : nullptr) {}

S3Client::~S3Client() = default;

std::unique_ptr<HttpConnection> S3Client::kept() {
  const std::lock_guard lock(mutex_);
  while (!idle_.empty()) {
    std::unique_ptr<HttpConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    if (!connection->stale()) return connection;
  }
  return nullptr;
}

std::string S3Client::link() const {
  const std::lock_guard lock(mutex_);
  return link_;
}

tl::expected<std::unique_ptr<HttpConnection>, S3Fault> S3Client::connected(Seconds deadline,
                                                                           const std::stop_token& stop) {
  std::vector<HostAddress> addresses;
  {
    const std::lock_guard lock(mutex_);
    if (addresses_.empty()) {
      auto found = resolve_host(bucket_->host, bucket_->port);
      if (!found) return tl::unexpected(fault_of(EHOSTUNREACH, found.error()));
      addresses_ = std::move(*found);
      link_ = link_towards(to_text(addresses_.front())).value_or("");
    }
    addresses = addresses_;
  }
  S3Fault last;
  for (const HostAddress& address : addresses) {
    const Seconds begin = monotonic_now();
    auto connection = std::make_unique<HttpConnection>(address, tls_.get(), bucket_->host);
    ++counters_->connections;
    for (;;) {
      const HttpConnection::Done done = connection->connect();
      if (done.error == 0 && done.want == HttpConnection::Want::kNothing) {
        counters_->connect_nanoseconds += static_cast<std::uint64_t>((monotonic_now() - begin).value * 1e9);
        return connection;
      }
      const int error = done.error != 0 ? done.error : wait_for(*connection, done.want, deadline, stop);
      if (error == 0) continue;
      ++counters_->connections_failed;
      last = fault_of(error, connection->words());
      break;
    }
    if (last.error == ECANCELED || last.error == EPROTO) break;
  }
  return tl::unexpected(last);
}

void S3Client::count(const S3Call& call) const {
  const bool list = call.method == "GET" && call.key.empty();
  (list                      ? counters_->lists
   : call.method == "GET"    ? counters_->gets
   : call.method == "HEAD"   ? counters_->heads
   : call.method == "DELETE" ? counters_->deletes
                             : counters_->puts)++;
}

void S3Client::count_again(const S3Fault& fault) const {
  (fault.error == EBUSY       ? counters_->throttled
   : fault.status >= 500      ? counters_->failed
   : fault.error == ETIMEDOUT ? counters_->timed_out
   : fault.error == EBADMSG   ? counters_->truncated
                              : counters_->reset)++;
}

std::optional<S3Fault> S3Client::read_head(HttpConnection& connection, Attempt& told, Seconds deadline,
                                           const std::stop_token& stop) {
  bool ended = false;
  for (told.raw.clear();;) {
    if (!told.raw.empty()) {
      const HeadState state = parse_head(told.raw, told.answer, told.used);
      if (state == HeadState::kBad) return fault_of(EPROTO, "no HTTP");
      if (state == HeadState::kWhole && told.answer.status >= 200) return std::nullopt;
      if (state == HeadState::kWhole) {  // 100 Continue comes before the answer
        told.raw.erase(0, told.used);
        continue;
      }
    }
    if (const int error = receive_more(connection, told.raw, ended, deadline, stop)) return fault_of(error);
    if (ended) return fault_of(ECONNRESET);
  }
}

std::optional<S3Fault> S3Client::read_body(HttpConnection& connection, Attempt& told, std::uint64_t most,
                                           Seconds deadline, const std::stop_token& stop) {
  const HttpAnswer& answer = told.answer;
  const std::uint64_t bound = answer.status < 300 ? most : std::max(most, kMostErrorBody);
  ChunkedBody chunks;
  std::string raw = told.raw.substr(told.used);
  for (bool ended = false;;) {
    std::string_view left = raw;
    while (answer.chunked && !left.empty() && !chunks.done() && !chunks.bad()) {
      const ChunkedBody::Piece piece = chunks.next(left);
      told.body.append(left.substr(piece.skip, piece.data));
      left.remove_prefix(piece.skip + piece.data);
    }
    if (!answer.chunked) told.body += raw;
    raw.clear();
    if (chunks.bad()) return fault_of(EPROTO, "no HTTP");
    if (told.body.size() > bound) return fault_of(EPROTO, "a far longer answer than S3 gives");
    if (answer.chunked ? chunks.done() : answer.length && told.body.size() >= *answer.length)
      return std::nullopt;
    if (const int error = receive_more(connection, raw, ended, deadline, stop)) return fault_of(error);
    if (ended && !answer.chunked && !answer.length) return std::nullopt;
    if (ended) return fault_of(EBADMSG);
  }
}

tl::expected<S3Result, S3Fault> S3Client::attempt(const S3Call& call, std::string_view body,
                                                  std::uint64_t most, Seconds deadline,
                                                  const std::stop_token& stop, Attempt& told) {
  std::unique_ptr<HttpConnection> connection = kept();
  told.was_kept = connection != nullptr;
  if (!connection) {
    auto made = connected(deadline, stop);
    if (!made) return tl::unexpected(made.error());
    connection = std::move(*made);
  }
  std::string out;
  S3Call sent = call;
  sent.body_bytes = body.size();
  S3Signer(bucket_).append_head(out, sent, clock_->now());
  count(call);
  if (const int error = send_all(*connection, out.append(body), deadline, stop))
    return tl::unexpected(fault_of(error));
  counters_->bytes_sent += body.size();
  told.body.clear();
  if (auto fault = read_head(*connection, told, deadline, stop)) return tl::unexpected(std::move(*fault));
  const HttpAnswer& answer = told.answer;
  told.date = http_date(answer.date);
  if (answer.has_body(call.method))
    if (auto fault = read_body(*connection, told, most, deadline, stop))
      return tl::unexpected(std::move(*fault));
  counters_->bytes_received += told.body.size();
  if (!answer.close) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostKept) idle_.push_back(std::move(connection));
  }
  if (answer.status < 300)
    return S3Result{answer.status, answer.length.value_or(0), std::string(answer.etag), std::move(told.body)};
  S3Fault fault;
  fault.status = answer.status;
  auto said = read_s3_error(told.body);
  if (said) fault.server = std::move(*said);
  if (!said && call.method != "HEAD") fault.words = kind_of(answer.content_type);
  if (fault.server.region.empty()) fault.server.region = answer.bucket_region;
  fault.error = s3_errno(fault.status, fault.server.code);
  return tl::unexpected(std::move(fault));
}

tl::expected<S3Result, S3Fault> S3Client::ask(const S3Call& call, std::string_view body, std::uint64_t most,
                                              const std::stop_token& stop) {
  const Seconds deadline = monotonic_now() + kPatience;
  bool clock_set = false;
  Attempt told;
  for (unsigned number = 1;; ++number) {
    auto answer = attempt(call, body, most, deadline, stop, told);
    if (answer) return answer;
    const S3Fault& fault = answer.error();
    if (fault.server.code == "RequestTimeTooSkewed" && !clock_set && told.date) {
      clock_->set(*told.date);
      clock_set = true;
      continue;
    }
    // A connection that was kept may have been closed by the server just then: that is no attempt.
    const bool just_closed = told.was_kept && (fault.error == ECONNRESET || fault.error == EPIPE);
    const bool again = just_closed || s3_may_retry(fault.status, fault.server.code) ||
                       fault.error == EBADMSG || fault.error == ECONNRESET;
    if (!again || number >= kMostAttempts || monotonic_now() >= deadline) return answer;
    count_again(fault);
    if (!just_closed && !rest(backoff(number), stop)) return tl::unexpected(fault_of(ECANCELED));
  }
}

}  // namespace aforo
