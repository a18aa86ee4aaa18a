// S3Client: requests one by one, each waited for: listing, heads, markers, multipart uploads' begin and end. Reads and writes that are
// measured go through the engine (s3_engine.h); both send what S3Signer signs over HttpConnection.
//
// Thread-safe: callers on several threads have a connection each, kept for the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/units.h"
#include "storage/remote_counters.h"
#include "storage/s3/s3_call.h"
#include "storage/s3/s3_fault.h"

namespace aforo {

class HttpConnection;
class ServerClock;
class TlsContext;
struct HostAddress;

// An answer below 300 with its whole body.
struct S3Result {
  int status = 0;
  std::uint64_t length = 0;  // Content-Length, of a HEAD too
  std::string etag;          // with its quotes
  std::string body;
};

class S3Client {
 public:
  // Chosen: what a control request may take, connecting included, and how often it is tried.
  static constexpr Seconds kPatience{20};
  static constexpr unsigned kMostAttempts = 5;

  // `clock` is shared with the engines: what the server's Date said of ours. Asks nobody yet. Throws UserError where the
  // certificates to trust cannot be read.
  S3Client(std::shared_ptr<const S3Bucket> bucket, std::shared_ptr<RemoteCounters> counters,
           std::shared_ptr<ServerClock> clock);
  ~S3Client();

  // Retries what may go better, with backoff and jitter; a wrong clock (RequestTimeTooSkewed) once, by the server's Date.
  // `body` is sent with its length, whatever `call` says of it. A body of an answer beyond `most` bytes is a fault (EPROTO). A stop request ends the waiting (ECANCELED).
  tl::expected<S3Result, S3Fault> ask(const S3Call& call, std::string_view body = {},
                                      std::uint64_t most = 64 << 20, const std::stop_token& stop = {});

  const S3Bucket& bucket() const { return *bucket_; }
  // The interface by which the host is reached; empty before the first request, or where nobody knows.
  std::string link() const;

 private:
  struct Attempt;
  // One of them, over a connection that was kept or a new one.
  tl::expected<S3Result, S3Fault> attempt(const S3Call& call, std::string_view body, std::uint64_t most,
                                          Seconds deadline, const std::stop_token& stop, Attempt& told);
  // An answer's head, and its body; a fault where it does not come whole.
  static std::optional<S3Fault> read_head(HttpConnection& connection, Attempt& told, Seconds deadline,
                                          const std::stop_token& stop);
  static std::optional<S3Fault> read_body(HttpConnection& connection, Attempt& told, std::uint64_t most,
                                          Seconds deadline, const std::stop_token& stop);
  std::unique_ptr<HttpConnection> kept();
  tl::expected<std::unique_ptr<HttpConnection>, S3Fault> connected(Seconds deadline,
                                                                   const std::stop_token& stop);
  void count(const S3Call& call) const;
  void count_again(const S3Fault& fault) const;

  std::shared_ptr<const S3Bucket> bucket_;
  std::shared_ptr<RemoteCounters> counters_;
  std::shared_ptr<ServerClock> clock_;
  std::unique_ptr<TlsContext> tls_;
  mutable std::mutex mutex_;
  std::vector<HostAddress> addresses_;
  std::string link_;
  std::vector<std::unique_ptr<HttpConnection>> idle_;
};

}  // namespace aforo
