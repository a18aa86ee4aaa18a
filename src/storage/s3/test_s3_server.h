// An S3 server in this process, for tests and for bench/: objects in memory, on 127.0.0.1, answering as versitygw 1.8 and
// Amazon do where they agree. It verifies every signature against its own computation, and keeps a log of what was asked.
// Faults are asked for by rules. Threads: one per connection. Not part of the product.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

namespace aforo {

// One request as it was seen.
struct SeenRequest {
  std::string method, key;  // the key decoded; empty for the bucket
  std::string query;        // as it came
  std::string range;        // "bytes=0-9"; empty
  std::map<std::string, std::string> headers;  // names in lower case
  std::uint64_t body_bytes = 0;
  int status = 0;
  unsigned connection = 0;
};

// What happens to a request instead of the answer it would get. The first rule that says something counts.
struct FaultPlan {
  int status = 0;                     // answered with, with `code` as the error's
  std::string code = "InternalError";
  std::string body, content_type;     // in place of the XML: an HTML page
  Seconds first_byte{0};              // waits so long before the answer
  std::optional<std::uint64_t> cut;   // closes the connection after so many bytes of the body
  bool reset = false;                 // closes it before the answer, with RST
  bool hang = false;                  // never goes on, until the server ends
  bool wrong_checksum = false;        // x-amz-checksum-crc32c that does not fit
  double bytes_per_second = 0;        // of the body; 0 = as fast as it goes
};

class TestS3Server {
 public:
  struct Options {
    std::string bucket = "data";
    std::string access_key = "testkey", secret_key = "testsecret", session_token;
    std::string region = "us-east-1";
    bool anonymous = false;       // takes unsigned requests
    bool tls = false;             // with a certificate for 127.0.0.1 and localhost that ca_file() vouches for
    bool chunked = false;         // answers GET with chunked bodies
    bool close = false;           // a connection for each answer
    unsigned page = 1000;         // keys in a listing's page
    std::int64_t clock = 0;       // seconds that its clock is ahead
  };
  TestS3Server() : TestS3Server(Options{}) {}
  explicit TestS3Server(Options options);
  ~TestS3Server();
  TestS3Server(const TestS3Server&) = delete;
  TestS3Server& operator=(const TestS3Server&) = delete;

  std::string endpoint() const;  // "http://127.0.0.1:4711"
  std::string ca_file() const;   // with tls

  void put(const std::string& key, std::string content);
  std::optional<std::string> get(const std::string& key) const;
  std::vector<std::string> keys() const;
  std::size_t open_uploads() const;  // multipart uploads neither completed nor aborted

  // Asked for every request, in the order they come, under a lock; empty = none. Counted from 0.
  void faults(std::function<std::optional<FaultPlan>(const SeenRequest&, unsigned number)> rule);

  std::vector<SeenRequest> seen() const;
  void forget_seen();
  unsigned connections() const;  // accepted so far

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace aforo
