#include "serve/broadcast.h"

#include <algorithm>

namespace aforo {

template <class Tell>
void Broadcast::tell_all(Tell&& tell) {
  std::erase_if(listeners_, [&](const std::weak_ptr<EventStream>& one) {
    const std::shared_ptr<EventStream> listener = one.lock();
    if (!listener || listener->abandoned().stop_requested()) return true;
    tell(*listener);
    return false;
  });
}

std::shared_ptr<EventStream> Broadcast::listen() {
  auto out = std::make_shared<EventStream>();
  const std::lock_guard lock(mutex_);
  if (answer_) {
    out->send("answer", *answer_);
    out->end();
    return out;
  }
  if (status_) out->send_progress("status", *status_);
  listeners_.push_back(out);
  return out;
}

void Broadcast::status(const Json& data) {
  const std::lock_guard lock(mutex_);
  status_ = data;
  tell_all([&](EventStream& listener) { listener.send_progress("status", data); });
}

void Broadcast::answer(const Json& data) {
  const std::lock_guard lock(mutex_);
  answer_ = data;
  tell_all([&](EventStream& listener) {
    listener.send("answer", data);
    listener.end();
  });
}

bool Broadcast::heard() {
  const std::lock_guard lock(mutex_);
  bool any = false;
  tell_all([&](EventStream&) { any = true; });
  return any;
}

bool Broadcast::taken() {
  const std::lock_guard lock(mutex_);
  bool all = true;
  tell_all([&](EventStream& listener) { all = all && listener.done(); });
  return all;
}

}  // namespace aforo
