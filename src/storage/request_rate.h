// How many requests a second a store answers, and what each of them costs this client: its engine alone, without a pipeline.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/units.h"
#include "storage/store.h"

namespace aforo {

struct RequestRate {
  double per_second = 0;
  Seconds cpu{0};  // of this thread, for one
};

// Reads the first `size` bytes of `names`, one after another and again, with `in_flight` under way, for about `time`; blocks as
// long. Absent where nothing was answered or a stop was requested. Throws UserError as Store::engine does.
std::optional<RequestRate> request_rate(const Store& store, const std::vector<std::string>& names, Bytes size,
                                        unsigned in_flight, Seconds time, const std::stop_token& stop);

}  // namespace aforo
