// Of the S3 engine: what becomes of a request whose attempt ended, and of one that takes too long.
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
      std::min(kMostBackoff.value, kLeastBackoff.value * std::ldexp(1.0, static_cast<int>(attempt)));
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

void S3Engine::release(std::uint32_t index, bool reusable) {
  Connection& connection = connections_[index];
  if (connection.request != nullptr) --under_way_;
  connection.request = nullptr;
  if (reusable) {
    idle_.push_back(index);
  } else {
    connection.link.reset();
    connection.used_before = false;
    empty_.push_back(index);
  }
}

void S3Engine::complete(IoRequest& request, int error) {
  request.error = error;
  request.finished = now_;
  if (error != 0) request.bytes = 0;
  all_.remove(request);
  ++completed_;
  request.done(request);
}

void S3Engine::sweep() {
  const Seconds stall{setup_.stall};
  next_sweep_ = now_ + std::min(patience_.interval(), stall / 4);
  for (std::uint32_t i = 0; i < connections_.size(); ++i) {
    Connection& connection = connections_[i];
    if (connection.request == nullptr || now_ - connection.heard < stall) continue;
    IoRequest& request = *connection.request;
    setup_.counters->bytes_wasted += connection.link->received();
    setup_.counters->bytes_received += connection.link->received();
    release(i, false);
    again_or_done(request, ETIMEDOUT, setup_.counters->timed_out);
  }
  if (!patience_.ends()) return;
  for (IoRequest* request = all_.front(); request != nullptr && patience_.over(now_ - request->queued);) {
    IoRequest* const next = request->next;
    if (request->state == kUnderWay) {
      setup_.counters->bytes_wasted += connections_[request->slot].link->received();
      setup_.counters->bytes_received += connections_[request->slot].link->received();
      release(request->slot, false);
    } else if (request->state == kBacksOff) {
      std::erase_if(later_, [&](const Later& one) { return one.request == request; });
      std::make_heap(later_.begin(), later_.end(),
                     [](const Later& a, const Later& b) { return a.due > b.due; });
    } else {
      queue_.erase(
          std::find(queue_.begin() + static_cast<std::ptrdiff_t>(queue_begin_), queue_.end(), request));
    }
    complete(*request, patience_.error(now_ - request->queued));
    request = next;
  }
}

}  // namespace aforo
