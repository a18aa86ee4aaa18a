// An S3 server on 127.0.0.1, in a thread of this process, that costs nothing but sending: each GET is answered with as many bytes as
// it asks for, from memory, without a look at its key or signature; bodies of PUT and POST are read and thrown away. What a client
// gets from it is the ceiling of that client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <thread>

namespace aforo {

class NullS3Server {
 public:
  // `size`: bytes of an object that is asked for without a Range. `port` 0: a free one. Throws UserError where the machine
  // gives no socket, port or thread.
  explicit NullS3Server(std::size_t size, std::uint16_t port = 0);
  // Closes all connections.
  ~NullS3Server();
  NullS3Server(const NullS3Server&) = delete;
  NullS3Server& operator=(const NullS3Server&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  void serve() const;

  std::size_t size_;
  int listener_ = -1, farewell_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace aforo
