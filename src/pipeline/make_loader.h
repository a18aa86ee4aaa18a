// From an Access to the loader that carries it out: the only place that chooses among the loaders.
//
// The context, and the sampler for loaders of single samples, outlive the loader. Home's thread.
#pragma once

#include <memory>

#include "pipeline/map_loader.h"
#include "pipeline/sliced_loader.h"
#include "pipeline/stream_loader.h"
#include "workload/access.h"

namespace aforo {

// The loader of `rank`, whose readers are numbered from `first_reader` on over the whole job.
template <World W>
std::unique_ptr<Loader> make_loader(const Access& access, ReadContext<W>& context, const Sampler& sampler,
                                    std::uint32_t rank, std::uint64_t first_reader) {
  if (access.kind == ReadKind::kStream)
    return std::make_unique<StreamLoader<W>>(context, access, rank, first_reader);
  switch (access.order) {
    case BatchOrder::kInOrder:
      return std::make_unique<MapLoader<W>>(context, access, sampler, rank, first_reader);
    case BatchOrder::kOnDemand:
    case BatchOrder::kByWorker:
    case BatchOrder::kBatchWhole:
      break;
  }
  return std::make_unique<SlicedLoader<W>>(context, access, sampler, rank, first_reader);
}

}  // namespace aforo
