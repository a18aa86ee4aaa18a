#include "storage/request_rate.h"

#include <time.h>

#include <memory>

namespace aforo {
namespace {

Seconds thread_cpu() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return Seconds{static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9};
}

class RateDriver {
 public:
  RateDriver(const Store& store, const std::vector<std::string>& names, Bytes size, unsigned in_flight)
      : names_(names), size_(size.value), memory_(size.value * in_flight), requests_(in_flight) {
    EngineOptions options;
    options.depth = in_flight;
    engine_ = store.engine(EngineKind::kAuto, options).engine;
  }

  std::optional<RequestRate> run(Seconds time, const std::stop_token& stop) {
    const Seconds began = monotonic_now(), cpu = thread_cpu();
    until_ = began + time;
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      IoRequest& request = requests_[i];
      request.operation = IoOperation::kReadFile;
      request.buffer = {memory_.data() + i * size_, size_};
      request.owner = this;
      request.done = [](IoRequest& done) { static_cast<RateDriver*>(done.owner)->done(done); };
      next(request);
    }
    while (engine_->in_flight() > 0) {
      if (stop.stop_requested()) return std::nullopt;  // the engine's end drops what is under way
      engine_->turn(Seconds{0.05});
    }
    if (answered_ == 0) return std::nullopt;
    const auto answered = static_cast<double>(answered_);
    return RequestRate{answered / (last_ - began).value, Seconds{(thread_cpu() - cpu).value / answered}};
  }

 private:
  void next(IoRequest& request) {
    request.path = names_[number_++ % names_.size()].c_str();
    request.error = 0, request.bytes = 0;
    engine_->start(request);
  }
  void done(IoRequest& request) {
    last_ = monotonic_now();
    if (request.error == 0) ++answered_;
    if (request.error == 0 && last_ < until_) next(request);
  }

  const std::vector<std::string>& names_;
  std::size_t size_;
  std::vector<std::byte> memory_;
  std::vector<IoRequest> requests_;
  std::unique_ptr<Engine> engine_;
  Seconds until_{0}, last_{0};
  std::size_t number_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace

std::optional<RequestRate> request_rate(const Store& store, const std::vector<std::string>& names, Bytes size,
                                        unsigned in_flight, Seconds time, const std::stop_token& stop) {
  if (names.empty() || size.value == 0 || in_flight == 0) return std::nullopt;
  return RateDriver(store, names, size, in_flight).run(time, stop);
}

}  // namespace aforo
