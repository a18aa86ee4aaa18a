// The bucket of the tests' S3 server: objects in memory, and what each request does to them. Not thread-safe. Not part of the
// product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace aforo {

// One request as it was seen.
struct SeenRequest {
  std::string method, key, query, range;  // the key decoded, empty for the bucket; the rest as it came
  std::string head;                       // all of it
  unsigned connection = 0;                // of those accepted, from 1
  std::size_t body_bytes = 0;
};

struct TestReply {
  int status = 200;
  std::vector<std::string> headers;
  std::string body;
  std::uint64_t head_length = 0;  // what a HEAD says instead of the body's, where it is above 0
};
TestReply error_reply(int status, const std::string& code);

// Of a head: the value of a field, its name in lower case; empty where it is absent.
std::string field_of(const std::string& head, const std::string& name);
// %41 is A.
std::string unescaped(std::string_view text);

class TestBucket {
 public:
  std::size_t page = 1000;  // keys in a page of a listing, at most
  std::map<std::string, std::string> objects;
  std::map<std::string, std::uint64_t> sparse;  // sizes of objects of zeros, which are not listed

  TestReply answer(const SeenRequest& request, const std::string& body);
  std::size_t open_uploads() const { return uploads_.size(); }

 private:
  struct Upload {
    std::string key;
    std::map<unsigned, std::string> parts;
  };

  TestReply get(const SeenRequest& request) const;
  static TestReply get_zeros(const SeenRequest& request, std::uint64_t size);
  TestReply put(const SeenRequest& request, const std::string& body);
  TestReply upload(const SeenRequest& request, const std::string& id, const std::string& body);
  TestReply complete(const SeenRequest& request, const Upload& upload, const std::string& body);
  TestReply listing(const SeenRequest& request) const;
  bool may_put(const SeenRequest& request) const;

  std::map<std::string, std::string> checksums_;  // of objects
  std::map<std::string, Upload> uploads_;         // by id
  unsigned begun_ = 0;
};

}  // namespace aforo
