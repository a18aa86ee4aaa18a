// What names say of files that belong together: splits (train and val in one tree), pairs ("case_1.npy" and
// "case_1_seg.npy"), parallel folders ("images/1.png" and "masks/1.png") and parallel shards
// ("recording.000.tar" and "features.000.tar").
//
// Counts and sums of hashes of what is left of a name without its mark: two marks with the same number and the
// same sum stand on the same names. Memory is bounded by the marks, of which few are kept. One thread at a time;
// threads count on their own and merge.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aforo {

class NamePatterns {
 public:
  void add(std::string_view path, std::uint64_t size);
  void merge(const NamePatterns& other);

  // Sentences about `files` files in all, of `shards` or of samples: what was found; none where nothing was.
  std::vector<std::string> sentences(bool shards) const;

 private:
  struct Sum {
    std::uint64_t files = 0, bytes = 0, hash = 0;
    std::string example;
  };
  using Marks = std::map<std::string, Sum, std::less<>>;
  static void add(Marks& marks, std::string_view mark, std::uint64_t size, std::uint64_t hash,
                  std::string_view path);
  static std::vector<const Marks::value_type*> alike(const Marks& marks);

  Marks splits_, suffixes_, folders_, prefixes_;
};

}  // namespace aforo
