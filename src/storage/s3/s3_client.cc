#include "storage/s3/s3_client.h"

#include <poll.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <random>
#include <utility>

#include "storage/engine.h"
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
int wait_for(const HttpConnection& connection, HttpConnection::Want want, Seconds deadline, const std::stop_token& stop) {
  for (;;) {
    if (stop.stop_requested()) return ECANCELED;
    const double left = (deadline - monotonic_now()).value;
    if (left <= 0) return ETIMEDOUT;
    pollfd one{connection.descriptor(), static_cast<short>(want == HttpConnection::Want::kWrite ? POLLOUT : POLLIN), 0};
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
  const double most = std::min(kLongestBackoff.value, kFirstBackoff.value * std::ldexp(1.0, static_cast<int>(attempt)));
  return Seconds{std::uniform_real_distribution<double>(0, most)(random)};
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

// Until all of `bytes` have left.
int send_all(HttpConnection& connection, std::string_view bytes, Seconds deadline, const std::stop_token& stop) {
  while (!bytes.empty()) {
    const HttpConnection::Done done = connection.send(bytes_of(bytes));
    if (done.error != 0) return done.error;
    bytes.remove_prefix(done.bytes);
    if (done.want == HttpConnection::Want::kNothing) continue;
    if (const int error = wait_for(connection, done.want, deadline, stop)) return error;
  }
  return 0;
}

// Appends what comes next: 0 or an errno; `ended` where the peer closed.
int receive_more(HttpConnection& connection, std::string& into, bool& ended, Seconds deadline, const std::stop_token& stop) {
  const std::size_t before = into.size();
  into.resize(before + kPiece);
  for (;;) {
    const HttpConnection::Done done = connection.receive(std::as_writable_bytes(std::span(into).subspan(before)));
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

// What becomes of the connection, and what the next attempt should know.
struct S3Client::Attempt {
  bool was_kept = false;        // over a connection that had been used before
  std::string head, body;       // of the answer, raw
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

tl::expected<std::unique_ptr<HttpConnection>, S3Fault> S3Client::connected(Seconds deadline, const std::stop_token& stop) {
  std::vector<HostAddress> addresses;
  {
    const std::lock_guard lock(mutex_);
    if (addresses_.empty()) {
      auto found = resolve_host(bucket_->host, bucket_->port);
      if (!found) return tl::unexpected(fault_of(EHOSTUNREACH, found.error()));
      addresses_ = std::move(*found);
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
  (list                     ? counters_->lists
   : call.method == "GET"   ? counters_->gets
   : call.method == "HEAD"  ? counters_->heads
   : call.method == "DELETE" ? counters_->deletes
                            : counters_->puts)++;
}

void S3Client::count_again(const S3Fault& fault) const {
  (fault.error == EBUSY         ? counters_->throttled
   : fault.status >= 500        ? counters_->failed
   : fault.error == ETIMEDOUT   ? counters_->timed_out
   : fault.error == EBADMSG     ? counters_->truncated
                                : counters_->reset)++;
}

tl::expected<S3Result, S3Fault> S3Client::attempt(const S3Call& call, std::string_view body, std::uint64_t most,
                                                  Seconds deadline, const std::stop_token& stop, Attempt& told) {
  std::unique_ptr<HttpConnection> connection = kept();
  told.was_kept = connection != nullptr;
  if (!connection) {
    auto made = connected(deadline, stop);
    if (!made) return tl::unexpected(made.error());
    connection = std::move(*made);
  }
  told.head.clear();
  S3Signer(bucket_).append_head(told.head, call, clock_->now());
  count(call);
  if (const int error = send_all(*connection, told.head.append(body), deadline, stop)) return tl::unexpected(fault_of(error));
  counters_->bytes_sent += body.size();

  told.head.clear();
  HttpAnswer answer;
  std::size_t used = 0;
  bool ended = false;
  for (HeadState state = HeadState::kIncomplete; state != HeadState::kWhole || answer.status < 200;) {
    if (state == HeadState::kWhole) told.head.erase(0, used);  // 100 Continue
    state = told.head.empty() ? HeadState::kIncomplete : parse_head(told.head, answer, used);
    if (state == HeadState::kBad) return tl::unexpected(fault_of(EPROTO, "no HTTP"));
    if (state == HeadState::kWhole) continue;
    if (const int error = receive_more(*connection, told.head, ended, deadline, stop)) return tl::unexpected(fault_of(error));
    if (ended) return tl::unexpected(fault_of(ECONNRESET));
  }
  told.date = http_date(answer.date);
  std::string raw = told.head.substr(used);
  if (answer.has_body(call.method)) {
    const std::uint64_t bound = answer.status < 300 ? most : std::max(most, kMostErrorBody);
    ChunkedBody chunks;
    std::string& out = told.body;
    out.clear();
    for (;;) {
      if (answer.chunked) {
        std::string_view left = raw;
        while (!left.empty() && !chunks.done() && !chunks.bad()) {
          const ChunkedBody::Piece piece = chunks.next(left);
          out.append(left.substr(piece.skip, piece.data));
          left.remove_prefix(piece.skip + piece.data);
        }
        raw.clear();
        if (chunks.bad()) return tl::unexpected(fault_of(EPROTO, "no HTTP"));
      } else {
        out += raw;
        raw.clear();
      }
      if (out.size() > bound) return tl::unexpected(fault_of(EPROTO, "a far longer answer than S3 gives"));
      if (answer.chunked ? chunks.done() : answer.length && out.size() >= *answer.length) break;
      if (const int error = receive_more(*connection, raw, ended, deadline, stop)) return tl::unexpected(fault_of(error));
      if (ended && !answer.chunked && !answer.length) break;
      if (ended) return tl::unexpected(fault_of(EBADMSG));
    }
    counters_->bytes_received += out.size();
  } else {
    told.body.clear();
  }
  const std::string etag(answer.etag), region(answer.bucket_region), type(answer.content_type);
  S3Result result{answer.status, answer.length.value_or(0), etag, std::move(told.body)};
  const bool close = answer.close;
  if (!close) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostKept) idle_.push_back(std::move(connection));
  }
  if (result.status < 300) return result;
  S3Fault fault;
  fault.status = result.status;
  if (auto said = read_s3_error(result.body)) fault.server = std::move(*said);
  else if (call.method != "HEAD") fault.words = kind_of(type);
  if (fault.server.region.empty()) fault.server.region = region;
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
    const bool again = just_closed || s3_may_retry(fault.status, fault.server.code) || fault.error == EBADMSG ||
                       fault.error == ECONNRESET;
    if (!again || number >= kMostAttempts || monotonic_now() >= deadline) return answer;
    count_again(fault);
    if (!just_closed && !rest(backoff(number), stop)) return tl::unexpected(fault_of(ECANCELED));
  }
}

}  // namespace aforo
