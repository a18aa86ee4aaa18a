#include "hosts/open_wire.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>

#include "base/error.h"

namespace aforo {

std::unique_ptr<Wire> open_wire(std::span<const std::string> places, const Launch& launch) {
  if (!launch.joins)
    throw UserError(fmt::format(
        "expected srun to tell Open MPI of all {} processes by PMIx, found none of it; say srun --mpi=pmix ('srun "
        "--mpi=list' shows whether this Slurm has it), or use mpirun",
        launch.processes));
  void* module = nullptr;
  std::string why;
  for (const std::string& place : places) {
    // Open MPI's own plugins look for its symbols among the global ones.
    module = ::dlopen(place.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (module != nullptr) break;
    why += (why.empty() ? "" : "; ") + std::string(::dlerror());
  }
  if (module == nullptr)
    throw UserError(fmt::format(
        "expected the module for several processes ({} is {}), found that it cannot be loaded ({}); build aforo where "
        "libopenmpi-dev is installed, or start one process",
        launch.by, launch.processes, why));
  const auto make = reinterpret_cast<NewWire>(::dlsym(module, kWireFunction));
  std::array<char, 256> text{};
  std::unique_ptr<Wire> wire(make != nullptr ? make(kWireAbi, text.data(), text.size()) : nullptr);
  if (!wire)
    throw UserError(fmt::format("expected MPI to start, found that {}; look at what mpirun says",
                                make != nullptr ? text.data() : "the module is not aforo's"));
  if (wire->hosts() != launch.processes || wire->host() != launch.process)
    throw UserError(fmt::format(
        "expected Open MPI to know of {} processes as {} says, found {}; start aforo by Open MPI's own mpirun, or by srun "
        "with --mpi=pmix",
        launch.processes, launch.by, wire->hosts()));
  return wire;
}

}  // namespace aforo
