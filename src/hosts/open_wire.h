// The module that speaks MPI, found and loaded.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "hosts/launch.h"
#include "hosts/wire.h"

namespace aforo {

// From the first of `places` (paths of the module) that can be loaded. Throws UserError where there is none, where MPI does
// not start, or where it knows of another number of processes than the launcher, as one that was made for another
// MPI does. The module stays loaded. Blocks until all processes have come. The calling thread is the wire's.
std::unique_ptr<Wire> open_wire(std::span<const std::string> places, const Launch& launch);

}  // namespace aforo
