// The state of one piece of work, such as a run in progress, told to any number of browsers.
//
// Safe for any number of threads: the work says, connections listen. Whoever comes late hears the latest at once.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "serve/event_stream.h"

namespace aforo {

class Broadcast {
 public:
  // A stream of `status` events, then one `answer`, which ends it. Whoever stops listening abandons it; the work goes on.
  std::shared_ptr<EventStream> listen();
  // A listener that has not taken the one before hears this one only.
  void status(const Json& data);
  // Of a work that has ended; for those who listen from now on too. Once.
  void answer(const Json& data);

  // Whether anybody listens, or did to the answer; and whether all who do have taken what was said to its end.
  bool heard();
  bool taken();

 private:
  // Calls `tell` for each that still listens, and forgets the others. With the lock held.
  template <class Tell>
  void tell_all(Tell&& tell);

  std::mutex mutex_;
  std::optional<Json> status_, answer_;
  std::vector<std::weak_ptr<EventStream>> listeners_;
};

}  // namespace aforo
