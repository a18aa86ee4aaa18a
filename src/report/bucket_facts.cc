#include "report/bucket_facts.h"

#include <fmt/format.h>

#include "report/view.h"

namespace aforo {

std::string cache_in_words(const Json& record) {
  if (!number(record, {"cache", "hit_share"})) return {};
  const auto many = [&](const char* key) { return number(record, {"cache", key}).value_or(0); };
  return fmt::format("{} from the cache; {} fetched into it, {:.0f} objects, {:.0f} evicted{}",
                     percent_at(record, {"cache", "hit_share"}).text,
                     bytes_at(record, {"cache", "bytes_fetched"}).text, many("objects_fetched"),
                     many("objects_evicted"),
                     many("passed") > 0 ? fmt::format("; {:.0f} reads passed it", many("passed")) : "");
}

}  // namespace aforo
