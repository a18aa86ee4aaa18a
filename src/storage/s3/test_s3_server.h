// An S3 server in this process, for tests: objects in memory, on 127.0.0.1, that lists, reads and writes as real servers do, and
// goes wrong as it is told to. It verifies checksums and the clock. It does not verify signatures (real servers do, in tests/session). A thread for each connection.
// Not part of the product.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "storage/s3/test_s3_bucket.h"

namespace aforo {

// What happens to a request instead of being carried out and answered.
struct FaultPlan {
  int status = 0;  // answered with; `code` is the error's
  std::string code = "InternalError";
  std::string body = {}, content_type = {};  // in place of the XML
  Seconds wait{0};                           // before the answer
  std::optional<std::size_t> cut = {};       // closes the connection after so many bytes of the body
  bool reset = false;                        // closes it before the answer, as an error of the connection
  bool lose = false;                         // the same, but it was carried out
  bool hang = false;                         // never answers, until the server ends
  bool wrong_checksum = false;               // says one that does not fit
};

class TestS3Server {
 public:
  struct Options {
    std::string bucket = "data";
    bool tls = false;         // with a certificate that ca_file() vouches for
    std::int64_t clock = 0;   // seconds that its own is ahead
    bool chunked = false;     // answers with chunked bodies
    bool close = false;       // a connection for each answer
    std::size_t page = 1000;  // keys in a page of a listing, at most
  };
  TestS3Server() : TestS3Server(Options{}) {}
  explicit TestS3Server(Options options);
  // Ends all connections.
  ~TestS3Server();
  TestS3Server(const TestS3Server&) = delete;
  TestS3Server& operator=(const TestS3Server&) = delete;

  std::string endpoint() const;  // "http://127.0.0.1:4711"
  std::string ca_file() const;
  void put(const std::string& key, std::string content);
  void put_sparse(const std::string& key, std::uint64_t size);
  std::optional<std::string> get(const std::string& key) const;
  // Multipart uploads neither completed nor aborted.
  std::size_t open_uploads() const;
  // Asked for every request, one at a time, with how many were asked for before; absent = the usual answer.
  void faults(std::function<std::optional<FaultPlan>(const SeenRequest&, unsigned number)> rule);
  std::vector<SeenRequest> seen() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace aforo
