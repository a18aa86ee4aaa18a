// Any bytes: only UserError may come out, and what is accepted must come back from its own echo.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "model/curve.h"
#include "model/storage_yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const aforo::StorageSpec storage = aforo::parse_storage(text, "fuzz");
    try {
      if (!(aforo::parse_storage(aforo::to_yaml(storage), "fuzz") == storage)) std::abort();
    } catch (const aforo::UserError&) {
      std::abort();
    }
    for (const aforo::TierSpec& tier : storage.tiers) {
      for (const aforo::ReadCurve& curve : tier.curves) {
        const auto found =
            aforo::OperationCurve::find(tier.curves, curve.kind, curve.mode, curve.cached, curve.size * 1.5);
        const auto spread =
            aforo::OperationCurve::find(tier.curves, curve.kind, curve.mode, curve.cached, curve.size, 4);
        if (!spread || !(spread->rate(3).value > 0) || (spread->bound_by_host(3) && curve.cached))
          std::abort();
        if (!found || !(found->rate(3).value > 0) || !(found->jitter(1.5, 0.5) >= 0)) std::abort();
      }
    }
  } catch (const aforo::UserError&) {
  }
  return 0;
}
