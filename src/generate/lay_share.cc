#include "generate/lay_share.h"

#include <utility>

#include "generate/generate_keeper.h"

namespace aforo {

ShareLaid lay_share(const GeneratedLayout& layout, const FilesToWrite& work, const WriteOptions& options,
                    const ShareKeeping& keeping, const std::stop_token& stop, GenerateCounters& counters) {
  FileClaims claims(0, work.size(), files_per_claim(layout), options.threads);
  const auto written = [&] { return work.mark(claims.low_water()); };
  GenerateKeeper keeper(*options.owned, counters, work.from, written, keeping.keep);
  WriteOutcome outcome = write_files(layout, work, options, claims, stop, counters);
  const GenerateKeeper::Kept kept = keeper.end();
  ShareLaid laid;
  laid.all = claims.low_water() == work.size();
  laid.failure = std::move(outcome.failure);
  laid.direct_refused = outcome.direct_refused;
  laid.times = outcome.times;
  if (keeping.hurried && stop.stop_requested()) {
    laid.mark = kept.mark;
    laid.all = false;
    return laid;
  }
  const int lost = kept.error != 0 ? kept.error : options.owned->sync();
  if (lost != 0 && !laid.failure) laid.failure = WriteFailure{".", lost};
  laid.mark = lost != 0 ? kept.mark : written();
  return laid;
}

}  // namespace aforo
