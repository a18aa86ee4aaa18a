// What a PCIe link carries. Pure.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace aforo {

// Lanes of an NVMe drive (U.2, E1.S, E3.S) and of a network card: what slots and connectors are made for.
inline constexpr std::uint32_t kDriveLanes = 4, kCardLanes = 16;
inline constexpr std::uint32_t kNewestPcie = 7;

// Bytes of payload a second in one direction: the line rate of the generation after its coding (PCI-SIG:
// 0.25, 0.5, 0.985, 1.969, 3.938, 7.563, 15.13 GB/s a lane, 1 to 7), less what headers take. `generation`
// is 1 to kNewestPcie; 0 lanes carry nothing.
BytesPerSecond pcie_rate(std::uint32_t generation, std::uint32_t lanes);

}  // namespace aforo
