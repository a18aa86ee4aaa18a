#include "probe/probe_bench.h"

#include <utility>

#include "storage/machine.h"

namespace aforo {

void drop_all(CacheReset& reset, FileId files, std::stop_token stop) {
  files <= kMostKnownNames ? reset.drop_data(files, std::move(stop)) : reset.drop(std::move(stop));
}

void SoloBench::rewind(Dropped dropped, FileId files, const std::stop_token& stop) {
  if (dropped == Dropped::kAll) drop_all(reset_, files, stop);
  if (dropped == Dropped::kRead && files > kMostKnownNames) reset_.drop(stop);
  if (dropped == Dropped::kRead && files <= kMostKnownNames)
    reset_.drop_files(readers_.units().files_of(cursor_.taken_units()), stop);
  cursor_.rewind();
}

std::vector<ProbeBench::Disturbance> SoloBench::disturbances() const {
  const auto others = other_cpu_share(without(readers_.used(), before_), describe_machine().cores);
  if (!others || *others <= kDisturbed) return {};
  return {{*others, "this machine's CPU"}};
}

}  // namespace aforo
