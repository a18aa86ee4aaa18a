// S3Engine's own frame, shared by its sources: the loop and what becomes of a request (s3_engine.cc), an exchange with the server
// (s3_exchange.cc), attempts and ends (s3_attempts.cc). Everybody else asks make_s3_engine (s3_engine.h), which says how it works.
//
//   start -> all_ / pending_ -> begin: a connection -> go_on ... -> answered: complete, or later_ -> again_ -> begin
//                                \-> S3Uploads (kHeld) -> S3Steps::send: a request of the engine's own, that goes the same way
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "storage/engine.h"
#include "storage/request_list.h"
#include "storage/s3/s3_call.h"
#include "storage/s3/s3_pool.h"
#include "storage/s3/s3_setup.h"
#include "storage/s3/s3_uploads.h"
#include "storage/wake_event.h"

namespace aforo {

class S3Engine final : public Engine, private S3Steps {
 public:
  S3Engine(const S3EngineSetup& setup, const EngineOptions& options);
  ~S3Engine() override;
  void start(IoRequest& request) override;
  std::size_t turn(Seconds patience) override;
  void wake() override { wake_event_.wake(); }
  std::size_t in_flight() const override { return all_.size() - steps_; }
  void hurry(Seconds most) override { patience_.most = most, next_sweep_ = Seconds{0}; }
  std::string_view name() const override { return "s3"; }

 private:
  // IoRequest::state. kQueued is what start leaves. `slot` is the connection while kUnderWay, the open file while kHeld.
  static constexpr std::uint32_t kQueued = 0, kUnderWay = 1, kBacksOff = 2, kAgain = 3, kHeld = 4;

  struct Later {
    IoRequest* request = nullptr;
    Seconds due{0};
  };
  struct Open {
    std::string key;
    S3Upload* upload = nullptr;  // of what was created
    bool open = false;
  };
  // An epoll that is closed after what it watches.
  struct Epoll {
    int descriptor = -1;
    ~Epoll();
  };

  // s3_engine.cc
  void begin_what_can();
  void begin(IoRequest& request);
  // Answers without the server, or hands over to the uploads. False: the server is to be asked.
  bool answers_itself(IoRequest& request);
  bool by_name(IoRequest& request);
  bool by_file(IoRequest& request);
  void hold(IoRequest& request);
  bool is_open(EngineFile file) const;
  EngineFile open(std::string key, S3Upload* upload);
  void wait(Seconds deadline);
  void go_on_ready();
  void take_due();

  // s3_exchange.cc
  void exchange(IoRequest& request);
  void prepare(S3Link& link, const IoRequest& request);
  void describe(const IoRequest& request);
  void go_on(std::uint32_t index);
  void take_head(S3Pool::Connection& connection);
  void answered(std::uint32_t index);
  void failed(std::uint32_t index);
  int error_of_answer(const S3Link& link, const IoRequest& request);
  bool fits_checksum(const S3Link& link, const IoRequest& request) const;
  void note_answer(const S3Link& link, IoRequest& request);
  void count_bytes(const S3Link& link, bool wasted);

  // s3_attempts.cc
  // Null: a caller's.
  static S3Step* step_of(IoRequest& request) {
    return request.done ? nullptr : static_cast<S3Step*>(&request);
  }
  static const S3Step* step_of(const IoRequest& request) {
    return request.done ? nullptr : static_cast<const S3Step*>(&request);
  }
  void again_or_done(IoRequest& request, int error, RemoteCounters::Count& why);
  void at_once(IoRequest& request);
  void complete(IoRequest& request, int error);
  // It leaves wherever it is, but for all_.
  void withdraw(IoRequest& request);
  void expire(IoRequest& request);
  void sweep();
  Seconds backoff(std::uint32_t attempt);
  void send(S3Step& step) override;
  void drop(S3Step& step) override;
  void finish(IoRequest& request, int error) override;

  S3EngineSetup setup_;
  EngineOptions options_;
  WakeEvent wake_event_;
  Epoll epoll_;
  S3Pool pool_;
  S3Signer signer_;
  S3Call call_;      // kept for its memory
  std::string key_;  // of a name
  Seconds now_{0}, next_sweep_{0};
  Patience patience_;
  RequestList all_;  // in the order of start; from `pending_` on not yet begun
  IoRequest* pending_ = nullptr;
  std::size_t steps_ = 0;             // of all_, the engine's own
  std::vector<std::uint32_t> ready_;  // connections that something happened on
  std::size_t ready_begin_ = 0;
  std::uint64_t received_ = 0;  // by the connections that went on since the last wait
  std::vector<Later> later_;    // a heap
  std::vector<IoRequest*> again_;
  std::vector<Open> open_;
  std::vector<std::uint32_t> closed_;
  S3Uploads uploads_;
  std::size_t completed_ = 0;
  bool in_turn_ = false;
  std::minstd_rand random_;
};

}  // namespace aforo
