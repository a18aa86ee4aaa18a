// What a shard holds that its readers pass over, or take otherwise than whoever made it may have meant.
#pragma once

#include <cstdint>
#include <string>

namespace aforo {

// Of one shard, or summed over many. Plain data.
struct ShardOddities {
  // Files inside that readers of this layout pass over, links and devices too: how many, and their bytes.
  std::uint64_t passed_over = 0, passed_over_bytes = 0;
  // Shards that go on behind the mark that ends them, and the bytes that do: readers stop there.
  std::uint64_t shards_behind_end = 0, bytes_behind_end = 0;
  // Samples in which a suffix occurs several times, and two such names: "a.0.jpg and a.1.jpg".
  std::uint64_t alike = 0;
  std::string alike_such_as;
  // Samples whose key an earlier one of their shard has, and the key: parts that do not lie together.
  std::uint64_t again = 0;
  std::string again_such_as;

  void add(const ShardOddities& other) {
    passed_over += other.passed_over;
    passed_over_bytes += other.passed_over_bytes;
    shards_behind_end += other.shards_behind_end;
    bytes_behind_end += other.bytes_behind_end;
    alike += other.alike;
    again += other.again;
    keep_first(alike_such_as, other.alike_such_as);
    keep_first(again_such_as, other.again_such_as);
  }
  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(passed_over, passed_over_bytes, shards_behind_end, bytes_behind_end, alike, alike_such_as, again,
            again_such_as);
  }

 private:
  // In whatever order shards are added, the same.
  static void keep_first(std::string& mine, const std::string& other) {
    if (mine.empty() || (!other.empty() && other < mine)) mine = other;
  }
};

}  // namespace aforo
