// What a Record says of a bucket and of the cache it was read through, in words. "" where it does not say. Pure, thread-safe.
#pragma once

#include <string>

#include "measure/record.h"

namespace aforo {

// "37.5 % from the cache; 17.2 MiB fetched into it, 600 objects, 0 evicted; 12 reads passed it".
std::string cache_in_words(const Json& record);

}  // namespace aforo
