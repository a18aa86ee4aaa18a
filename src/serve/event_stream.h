// What is said to one browser as it comes to be known: server-sent events, between the thread that works for an answer
// and the one that writes to the socket.
//
// Safe for any number of threads. Holds what was said and not yet taken: a reader that is slow costs the memory of
// what it has not read, of progress the last only.
#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "measure/record.h"

namespace aforo {

class EventStream {
 public:
  // Says `data` under that name, after what was said before. Progress that was not taken yet is out of date by then
  // and falls away. Nothing after end() or abandon().
  void send(std::string_view name, const Json& data);
  // Instead of what was last said so, if it was not taken yet.
  void send_progress(std::string_view name, const Json& data);
  // Nothing more is to come.
  void end();

  // The bytes to be written now, "" for none; they are taken then.
  std::string take();
  // Ended, and all was taken.
  bool done() const;
  // Whoever listened went away: what works for it is asked to stop.
  void abandon();
  // Requested by abandon().
  std::stop_token abandoned() const { return gone_.get_token(); }
  // `wake` is called, on the thread that says something, whenever there is something to take or the end has come.
  // Not called after another one, or an empty one, was set and this has returned. Must not call the stream.
  void on_change(std::function<void()> wake);

 private:
  void wake() const;

  mutable std::mutex mutex_;
  std::string said_, progress_;
  bool ended_ = false;
  std::function<void()> wake_;
  std::stop_source gone_;
};

}  // namespace aforo
