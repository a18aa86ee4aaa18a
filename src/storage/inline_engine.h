// InlineEngine: what the null, memory and blocking engines have in common - requests are answered
// within `turn`, on its thread, in the order of `start`, and none ever times out.
//
// A turn answers at most 64 requests, then returns, so that the loop's other work is not kept
// waiting. It sleeps only when nothing was started; then `wake` ends it.
#pragma once

#include <condition_variable>
#include <mutex>

#include "storage/engine.h"
#include "storage/request_list.h"

namespace aforo {

class InlineEngine : public Engine {
 public:
  void start(IoRequest& request) override;
  std::size_t turn(Seconds patience) override;
  void wake() override;
  std::size_t in_flight() const override { return waiting_.size(); }

 protected:
  // Carries the request out and fills `bytes`, `file` where it gives one, and `error`: those two
  // are 0 before. The times and `attempts` are filled here. Never calls `done`.
  virtual void answer(IoRequest& request) = 0;

 private:
  // The engine's thread alone; what follows belongs to `wake` too.
  RequestList waiting_;
  // Guards `woken_`.
  std::mutex mutex_;
  std::condition_variable woken_signal_;
  bool woken_ = false;
};

}  // namespace aforo
