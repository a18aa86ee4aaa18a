// Of the S3 engine: what becomes of a request whose attempt ended, of one that takes too long, and of those of its own.
#include <algorithm>
#include <cerrno>
#include <cmath>

#include "storage/s3/s3_engine_core.h"

namespace aforo {
namespace {

// Chosen; of a backoff with full jitter.
constexpr Seconds kLeastBackoff{0.05}, kMostBackoff{2};

}  // namespace

Seconds S3Engine::backoff(std::uint32_t attempt) {
  const double most =
      std::min(kMostBackoff.value, kLeastBackoff.value * std::ldexp(1.0, static_cast<int>(attempt) - 1));
  return Seconds{std::uniform_real_distribution<double>(0, most)(random_)};
}

void S3Engine::again_or_done(IoRequest& request, int error, RemoteCounters::Count& why) {
  if (request.attempts >= setup_.attempts || error == EMFILE) return complete(request, error);
  ++why;
  request.bytes = 0;
  request.state = kBacksOff;
  later_.push_back({&request, now_ + backoff(request.attempts)});
  std::push_heap(later_.begin(), later_.end(), [](const Later& a, const Later& b) { return a.due > b.due; });
}

void S3Engine::at_once(IoRequest& request) {
  request.bytes = 0;
  request.state = kAgain;
  again_.push_back(&request);
}

void S3Engine::complete(IoRequest& request, int error) {
  request.error = error;
  request.finished = now_;
  if (error != 0) request.bytes = 0;
  if (&request == pending_) pending_ = request.next;
  all_.remove(request);
  if (S3Step* const step = step_of(request)) {
    --steps_;
    return uploads_.done(*step);
  }
  ++completed_;
  request.done(request);
}

// Of what asked the server nothing, or the uploads.
void S3Engine::finish(IoRequest& request, int error) {
  if (request.attempts == 0) request.attempts = 1;
  if (request.state == kHeld && request.operation == IoOperation::kClose) closed_.push_back(request.slot);
  complete(request, error);
}

void S3Engine::send(S3Step& step) {
  reset_answer(step, now_);
  step.unsure = false;
  all_.push_back(step);
  if (!pending_) pending_ = &step;
  ++steps_;
}

void S3Engine::drop(S3Step& step) {
  withdraw(step);
  if (&step == pending_) pending_ = step.next;
  all_.remove(step);
  --steps_;
}

void S3Engine::withdraw(IoRequest& request) {
  switch (request.state) {
    case kUnderWay:
      count_bytes(*pool_[request.slot].link, true);
      return pool_.release(request.slot, false);
    case kBacksOff:
      std::erase_if(later_, [&](const Later& one) { return one.request == &request; });
      return std::make_heap(later_.begin(), later_.end(),
                            [](const Later& a, const Later& b) { return a.due > b.due; });
    case kAgain:
      std::erase(again_, &request);
      return;
    default:
      return;
  }
}

void S3Engine::expire(IoRequest& request) {
  const int error = patience_.error(now_ - request.queued);
  withdraw(request);
  if (request.state == kHeld) {
    S3Upload* const upload = open_[request.slot].upload;
    uploads_.give_up(*upload, request, error);
    return finish(request, error);
  }
  complete(request, error);
}

void S3Engine::sweep() {
  const Seconds stall{setup_.stall};
  next_sweep_ = now_ + std::min(patience_.interval(), stall / 4);
  for (std::uint32_t i = 0; i < pool_.size(); ++i) {
    IoRequest* const request = pool_[i].request;
    if (request == nullptr || now_ - pool_[i].heard < stall) continue;
    if (!pool_[i].link->connected()) {
      if (pool_.others_left()) --request->attempts;
    } else if (S3Step* const step = step_of(*request)) {
      step->unsure = true;
    }
    withdraw(*request);
    again_or_done(*request, ETIMEDOUT, setup_.counters->timed_out);
  }
  // What ends may end others with it: an upload its writes.
  while (IoRequest* const oldest = all_.front()) {
    if (!patience_.ends() || !patience_.over(now_ - oldest->queued)) return;
    expire(*oldest);
  }
}

}  // namespace aforo
