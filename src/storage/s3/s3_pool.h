// S3Pool: the connections of one S3 engine to its store, watched by an epoll of its own: made when they are needed, kept when they
// are idle (the last used goes first), dropped when the server closes them. One thread's.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/engine.h"
#include "storage/s3/s3_link.h"
#include "storage/s3/s3_setup.h"

namespace aforo {

class S3Pool {
 public:
  struct Connection {
    std::unique_ptr<S3Link> link;  // null: none
    IoRequest* request = nullptr;  // null: idle
    bool used_before = false, ready = false;
    Seconds heard{0};  // when a byte last moved
    Seconds begun{0};  // connecting
  };

  // `epoll` outlives the pool. Throws UserError where the certificates to trust cannot be read.
  S3Pool(const S3EngineSetup& setup, int epoll);

  Connection& operator[](std::uint32_t index) { return connections_[index]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(connections_.size()); }
  // With a request.
  std::size_t busy() const { return busy_; }

  // For `request` from now on: an idle connection, else a new one that begins to connect. Its number, or -1: none can be had,
  // `error` says why. Resolves the host's name at the first call, which blocks.
  std::int64_t take(IoRequest& request, Seconds now, int& error);
  // The request has none any more: the connection is idle, or ends.
  void release(std::uint32_t index, bool reusable);
  // Something happened on an idle connection: it ends unless that was nothing.
  void look(std::uint32_t index);
  // It is there.
  void connected(const Connection& connection);
  // It could not be made: the next goes to another address. False once all of them failed since one was made.
  bool others_left();

 private:
  int watch(const S3Link& link, std::uint32_t index) const;
  void drop(std::uint32_t index);

  S3EngineSetup setup_;
  int epoll_;
  std::unique_ptr<TlsContext> tls_;
  std::vector<HostAddress> addresses_;
  std::size_t address_ = 0;  // the one that answered last
  std::size_t in_vain_ = 0;  // connections that could not be made since one was
  std::vector<Connection> connections_;
  std::vector<std::uint32_t> idle_, empty_;  // by number; of the idle ones the last used is at the end
  std::size_t busy_ = 0;
};

}  // namespace aforo
