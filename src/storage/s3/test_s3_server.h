// An S3 server in this process, for tests: objects in memory, on 127.0.0.1, that lists and reads as real servers do, and goes
// wrong as it is told to. It does not verify signatures (real servers do, in tests/session). A thread for each connection.
// Not part of the product.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

namespace aforo {

// One request as it was seen.
struct SeenRequest {
  std::string method, key, query, range;  // the key decoded, empty for the bucket; the rest as it came
  std::string head;                       // all of it
  unsigned connection = 0;                // of those accepted, from 1
};

// What happens to a request instead of the answer it would get.
struct FaultPlan {
  int status = 0;  // answered with; `code` is the error's
  std::string code = "InternalError";
  std::string body = {}, content_type = {};  // in place of the XML
  Seconds wait{0};                           // before the answer
  std::optional<std::size_t> cut = {};       // closes the connection after so many bytes of the body
  bool reset = false;                        // closes it before the answer
  bool hang = false;                         // never answers, until the server ends
};

class TestS3Server {
 public:
  struct Options {
    std::string bucket = "data";
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
  void put(const std::string& key, std::string content);
  // Asked for every request, one at a time, with how many were asked for before; absent = the usual answer.
  void faults(std::function<std::optional<FaultPlan>(const SeenRequest&, unsigned number)> rule);
  std::vector<SeenRequest> seen() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace aforo
