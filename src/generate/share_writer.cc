#include "generate/share_writer.h"

#include <chrono>
#include <utility>

namespace aforo {

ShareWriter::ShareWriter(std::function<ShareLaid(const std::stop_token&)> write, std::stop_token stop)
    : stop_(std::move(stop)), thread_([this, write = std::move(write)](const std::stop_token& end) {
        std::exception_ptr failure;
        ShareLaid laid;
        try {
          laid = write(end);
        } catch (...) {
          failure = std::current_exception();
        }
        const std::lock_guard lock(mutex_);
        laid_ = std::move(laid), failure_ = failure, done_ = true;
        wake_.notify_all();
      }) {}

const ShareLaid* ShareWriter::wait(Seconds time) {
  std::unique_lock lock(mutex_);
  const std::chrono::duration<double> length(time.value);
  const auto done = [this] { return done_; };
  if (!stop_.stop_requested()) wake_.wait_for(lock, stop_, length, done);
  if (!done_ && stop_.stop_requested()) {
    end();
    wake_.wait_for(lock, length, done);
  }
  if (failure_) std::rethrow_exception(failure_);
  return done_ ? &laid_ : nullptr;
}

const ShareLaid& ShareWriter::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return done_; });
  if (failure_) std::rethrow_exception(failure_);
  return laid_;
}

}  // namespace aforo
