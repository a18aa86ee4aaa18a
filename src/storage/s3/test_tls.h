// TLS on the other side of an S3 client, for tests: a certificate of this process, and connections under it.
#pragma once

#include <openssl/types.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>

namespace aforo {

// For 127.0.0.1 and localhost, vouched for by itself alone; a new one each time.
class TestCertificate {
 public:
  TestCertificate();
  ~TestCertificate();
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;
  // What a client trusts then; goes with the object.
  const std::string& file() const { return file_; }
  SSL_CTX* context() const { return context_; }

 private:
  std::string directory_, file_;
  SSL_CTX* context_ = nullptr;
};

// The server's side of a connection, blocking. The socket stays the caller's.
class TestWire {
 public:
  // `certificate`: null = no TLS.
  TestWire(int socket, const TestCertificate* certificate);
  ~TestWire();
  TestWire(const TestWire&) = delete;
  TestWire& operator=(const TestWire&) = delete;
  // As of recv and send: 0 or less ends the connection.
  ssize_t receive(char* into, std::size_t size);
  ssize_t send(const char* bytes, std::size_t size);
  // At once, so that the peer learns of it as an error (RST).
  void reset() const;

 private:
  int socket_;
  SSL* ssl_ = nullptr;
  bool good_ = true;
};

}  // namespace aforo
