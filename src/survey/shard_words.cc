#include "survey/shard_words.h"

#include <fmt/format.h>

#include "survey/dataset_words.h"

namespace aforo {

std::vector<std::string> warnings_of(const ShardOddities& odd) {
  std::vector<std::string> list;
  if (odd.passed_over > 0) {
    list.push_back(
        fmt::format("{} in shards ({}) {} passed over, as readers do: no extension, a name that begins with "
                    "a dot, metadata, or a link",
                    counted(odd.passed_over, "file", "files"), format_bytes({odd.passed_over_bytes}),
                    odd.passed_over == 1 ? "is" : "are"));
  }
  if (odd.shards_behind_end > 0) {
    list.push_back(
        fmt::format("{} behind the mark that ends {} ({}): readers stop there, what follows is not counted",
                    counted(odd.shards_behind_end, "shard goes on", "shards go on"),
                    odd.shards_behind_end == 1 ? "it" : "them", format_bytes({odd.bytes_behind_end})));
  }
  if (odd.alike > 0) {
    list.push_back(fmt::format(
        "{} in shards {} several files of one suffix, such as {}: files are one sample where "
        "their names agree up to the first dot",
        counted(odd.alike, "sample", "samples"), odd.alike == 1 ? "has" : "have", odd.alike_such_as));
  }
  if (odd.again > 0) {
    list.push_back(fmt::format(
        "{} in shards {} the name of an earlier one of the same shard, such as {}: files are one "
        "sample where they follow one another",
        counted(odd.again, "sample", "samples"), odd.again == 1 ? "has" : "have", odd.again_such_as));
  }
  return list;
}

}  // namespace aforo
