// S3Engine's own frame, shared by its sources; everybody else asks make_s3_engine (s3_engine.h), which says how it works.
//
//   start -> all_ (queued) -> begin: a link -> go_on ... -> answered: done, or again after a backoff (kBacksOff)
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "storage/engine.h"
#include "storage/request_list.h"
#include "storage/s3/s3_call.h"
#include "storage/s3/s3_link.h"
#include "storage/s3/s3_setup.h"

namespace aforo {

// An object that is open: by whole key.
struct S3Open {
  std::string key;  // empty: free
};

class S3Engine final : public Engine {
 public:
  S3Engine(const S3EngineSetup& setup, const EngineOptions& options);
  ~S3Engine() override;
  void start(IoRequest& request) override;
  std::size_t turn(Seconds patience) override;
  void wake() override;
  std::size_t in_flight() const override { return all_.size(); }
  void hurry(Seconds most) override { patience_.most = most, next_sweep_ = Seconds{0}; }
  std::string_view name() const override { return "s3"; }

 private:
  // IoRequest::state. kQueued is what start leaves; `slot` is the link's number while kUnderWay.
  static constexpr std::uint32_t kQueued = 0, kUnderWay = 1, kBacksOff = 2;

  struct Connection {
    std::unique_ptr<S3Link> link;
    IoRequest* request = nullptr;  // null: idle
    bool used_before = false;
    Seconds heard{0};  // when a byte last moved
    Seconds begun{0};  // connecting; 0: connected before
  };
  struct Later {
    IoRequest* request = nullptr;
    Seconds due{0};
  };

  void begin_what_can();
  // What is answered without the server: true, and `error` says how.
  bool answers_itself(const IoRequest& request, int& error);
  void begin(IoRequest& request);
  void prepare(Connection& connection, IoRequest& request);
  void go_on(std::uint32_t index);
  void take_head(Connection& connection);
  // An exchange came to its end: the request is done, or comes again.
  void answered(std::uint32_t index);
  void failed(std::uint32_t index);
  int error_of_answer(Connection& connection);
  void again_or_done(IoRequest& request, int error, RemoteCounters::Count& why);
  void complete(IoRequest& request, int error);
  // The connection goes back to the idle ones, or ends.
  void release(std::uint32_t index, bool reusable);
  // A connection without a request: an idle one, else a new one. Null: none can be had, `error` says why.
  Connection* free_connection(std::uint32_t& index, int& error);
  void resolve();
  void sweep();
  void wait(Seconds deadline);
  Seconds backoff(std::uint32_t attempt);

  S3EngineSetup setup_;
  EngineOptions options_;
  std::unique_ptr<TlsContext> tls_;
  S3Signer signer_;
  S3Call call_;  // kept for its memory
  std::string key_;
  std::vector<HostAddress> addresses_;
  std::size_t address_ = 0;  // the one that answered last
  int unresolved_ = 0;       // errno of resolving
  int epoll_ = -1, event_ = -1;
  Seconds now_{0}, next_sweep_{0};
  Patience patience_;
  std::vector<Connection> connections_;
  std::vector<std::uint32_t> idle_,
      empty_;  // by number: connected and free, the last used at the end; and without a link
  std::size_t under_way_ = 0;
  RequestList all_;
  std::vector<IoRequest*> queue_;  // a ring would be a little less work; the front is at queue_begin_
  std::size_t queue_begin_ = 0;
  std::vector<Later> later_;
  std::vector<S3Open> open_;
  std::vector<std::uint32_t> closed_;
  std::size_t completed_ = 0;
  bool in_turn_ = false;
  bool woken_ = false;
  std::minstd_rand random_;
};

}  // namespace aforo
