#include "catalogue/pcie.h"

#include <algorithm>
#include <array>

namespace aforo {
namespace {

// Of 8b/10b up to the second generation, of 128b/130b up to the fifth, then of 242 bytes in flits of 256.
constexpr std::array kLaneRate = {0.25e9,          0.5e9,           8e9 / 8 * 128 / 130, 16e9 / 8 * 128 / 130,
                                  4e9 * 128 / 130, 8e9 * 242 / 256, 16e9 * 242 / 256};
// Packets of 256 to 512 bytes with some 26 of header. It fits what drives reach: 14.8 of 15.75 GB/s of four
// lanes of the fifth generation, 7.4 of 7.88 of the fourth (data sheets).
constexpr double kPayload = 0.94;

}  // namespace

BytesPerSecond pcie_rate(std::uint32_t generation, std::uint32_t lanes) {
  const std::uint32_t known = std::clamp(generation, 1u, kNewestPcie);
  return {kLaneRate[known - 1] * kPayload * lanes};
}

}  // namespace aforo
