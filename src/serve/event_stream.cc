#include "serve/event_stream.h"

#include <utility>

#include "serve/json_line.h"

namespace aforo {
namespace {

// One line of data: JSON has no line break within it.
std::string event_text(std::string_view name, const Json& data) {
  std::string out = "event: ";
  out.append(name).append("\ndata: ").append(json_line(data)).append("\n\n");
  return out;
}

}  // namespace

void EventStream::send(std::string_view name, const Json& data) {
  std::string text = event_text(name, data);
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  said_ += text;
  progress_.clear();
  wake();
}

void EventStream::send_progress(std::string_view name, const Json& data) {
  std::string text = event_text(name, data);
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  progress_ = std::move(text);
  wake();
}

void EventStream::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  wake();
}

std::string EventStream::take() {
  const std::lock_guard lock(mutex_);
  std::string out = std::move(said_);
  out += progress_;
  said_.clear();
  progress_.clear();
  return out;
}

bool EventStream::done() const {
  const std::lock_guard lock(mutex_);
  return ended_ && said_.empty() && progress_.empty();
}

void EventStream::abandon() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    said_.clear();
    progress_.clear();
    wake();
  }
  gone_.request_stop();
}

void EventStream::on_change(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void EventStream::wake() const {
  if (wake_) wake_();
}

}  // namespace aforo
