// InlineEngine: what null and memory have in common - requests answered within `turn`, in order, without a
// kernel. `answer` fills error, bytes, file. Turn, sleep and wake are here.
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
  virtual void answer(IoRequest& request) = 0;

 private:
  RequestList waiting_;
  std::mutex mutex_;
  std::condition_variable woken_signal_;
  bool woken_ = false;
};

}  // namespace aforo
