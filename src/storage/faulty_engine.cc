#include "storage/faulty_engine.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "storage/request_list.h"

namespace aforo {
namespace {

class FaultyEngine final : public Engine {
 public:
  FaultyEngine(std::unique_ptr<Engine> inner, std::vector<FaultRule> rules, Seconds timeout)
      : inner_(std::move(inner)), rules_(std::move(rules)), matched_(rules_.size(), 0), timeout_(timeout) {}
  ~FaultyEngine() override { inner_.reset(); }

  void start(IoRequest& request) override;
  std::size_t turn(Seconds patience) override;
  void wake() override { inner_->wake(); }
  void adopt(std::span<std::byte> memory) override { inner_->adopt(memory); }
  std::size_t in_flight() const override { return in_flight_; }
  bool stuck() const override { return inner_->stuck(); }
  std::string_view name() const override { return "faulty"; }

 private:
  // A request as the inner engine sees it.
  struct Carried {
    FaultyEngine* engine = nullptr;
    IoRequest* outer = nullptr;
    const FaultRule* rule = nullptr;
    IoRequest inner;
  };
  struct Due {
    IoRequest* request;
    Seconds when;
  };

  const FaultRule* strike(const IoRequest& request);
  void forward(IoRequest& request, const FaultRule* rule);
  void returned(Carried& carried);
  void complete(IoRequest& request);
  void fire_due(Seconds now);
  Seconds next_due() const;

  std::unique_ptr<Engine> inner_;
  std::vector<FaultRule> rules_;
  std::vector<std::uint64_t> matched_;
  Seconds timeout_;
  std::size_t in_flight_ = 0;
  std::size_t completed_ = 0;  // in this turn
  std::vector<Due> due_;       // to be completed at a time: errors at once, delays, hangs
  std::unordered_map<IoRequest*, std::unique_ptr<Carried>> carried_;
  std::unordered_map<EngineFile, std::string> paths_;
};

const FaultRule* FaultyEngine::strike(const IoRequest& request) {
  std::string_view path;
  if (request.path && (opens_file(request.operation) || changes_names(request.operation))) {
    path = request.path;
  } else if (const auto known = paths_.find(request.file); known != paths_.end()) {
    path = known->second;
  }
  const FaultRule* first = nullptr;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const FaultRule& rule = rules_[i];
    if (rule.operation && *rule.operation != request.operation) continue;
    if (path.find(rule.path_contains) == std::string_view::npos) continue;
    if (++matched_[i] % std::max<std::uint64_t>(rule.every, 1) == 0 && !first) first = &rule;
  }
  return first;
}

void FaultyEngine::start(IoRequest& request) {
  const Seconds now = monotonic_now();
  reset_answer(request, now);
  ++in_flight_;
  const FaultRule* rule = strike(request);
  if (!rule || rule->fault == FaultRule::Fault::kShort || rule->fault == FaultRule::Fault::kDelay) {
    forward(request, rule);
    return;
  }
  request.started = now;
  if (rule->fault == FaultRule::Fault::kError) {
    request.error = rule->error;
    due_.push_back({&request, now});
    return;
  }
  if (reads_bytes(request.operation)) lend_buffer(request);
  request.error = ETIMEDOUT;
  request.buffer_held = moves_bytes(request.operation) && !request.buffer.empty();
  due_.push_back({&request, timeout_.value > 0 ? now + timeout_ : Seconds{1e300}});
}

void FaultyEngine::forward(IoRequest& request, const FaultRule* rule) {
  auto carried = std::make_unique<Carried>();
  carried->engine = this;
  carried->outer = &request;
  carried->rule = rule;
  carried->inner = request;
  carried->inner.owner = carried.get();
  carried->inner.done = [](IoRequest& inner) {
    Carried& back = *static_cast<Carried*>(inner.owner);
    back.engine->returned(back);
  };
  if (request.lend) {
    carried->inner.lend = [](IoRequest& inner) {
      IoRequest& outer = *static_cast<Carried*>(inner.owner)->outer;
      outer.lend(outer);
      inner.buffer = outer.buffer;
    };
  }
  const bool cuts = rule && rule->fault == FaultRule::Fault::kShort;
  if (cuts && request.operation == IoOperation::kWrite && rule->bytes < request.buffer.size())
    carried->inner.buffer = request.buffer.first(rule->bytes);
  IoRequest& inner = carried->inner;
  carried_.emplace(&request, std::move(carried));
  inner_->start(inner);
}

void FaultyEngine::returned(Carried& carried) {
  IoRequest& request = *carried.outer;
  const IoRequest& inner = carried.inner;
  request.error = inner.error;
  request.bytes = inner.bytes;
  request.file = inner.file;
  request.started = inner.started;
  request.opened = inner.opened;
  request.first_byte = inner.first_byte;
  request.attempts = inner.attempts;
  request.buffer_held = inner.buffer_held;
  const FaultRule* rule = carried.rule;
  carried_.erase(&request);
  if (!request.error && gives_file(request.operation)) paths_[request.file] = request.path;
  if (request.operation == IoOperation::kClose) paths_.erase(request.file);
  if (rule && rule->fault == FaultRule::Fault::kShort) request.bytes = std::min(request.bytes, rule->bytes);
  const bool cut = request.operation == IoOperation::kWrite && request.bytes < request.buffer.size();
  if (cut && !request.error) request.error = rule->error;
  if (rule && rule->fault == FaultRule::Fault::kDelay) {
    due_.push_back({&request, monotonic_now() + rule->delay});
  } else {
    complete(request);
  }
}

void FaultyEngine::complete(IoRequest& request) {
  request.finished = monotonic_now();
  --in_flight_;
  ++completed_;
  request.done(request);
}

void FaultyEngine::fire_due(Seconds now) {
  std::vector<Due> later, fire;
  for (const Due& due : due_) (due.when <= now ? fire : later).push_back(due);
  due_ = std::move(later);
  for (const Due& due : fire) complete(*due.request);
}

Seconds FaultyEngine::next_due() const {
  Seconds next{1e300};
  for (const Due& due : due_) next = std::min(next, due.when);
  return next;
}

std::size_t FaultyEngine::turn(Seconds patience) {
  Seconds now = monotonic_now();
  const Seconds deadline = now + patience;
  completed_ = 0;
  fire_due(now);
  for (;;) {
    const Seconds until = completed_ ? now : std::min(deadline, next_due());
    const std::size_t inner = inner_->turn(std::max(until - now, Seconds{0}));
    now = monotonic_now();
    fire_due(now);
    // The inner engine returned early for nothing: it was woken.
    if (completed_ || now >= deadline || (inner == 0 && now < until)) return completed_;
  }
}

}  // namespace

std::unique_ptr<Engine> make_faulty_engine(std::unique_ptr<Engine> inner, std::vector<FaultRule> rules,
                                           Seconds timeout) {
  return std::make_unique<FaultyEngine>(std::move(inner), std::move(rules), timeout);
}

}  // namespace aforo
