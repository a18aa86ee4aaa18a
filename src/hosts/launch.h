// Whether a launcher (mpirun, srun) started this process as one of several, by what it left in the environment.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace aforo {

struct Launch {
  // This one's number, [0, processes); `processes` is 1 where nobody started several.
  std::uint32_t process = 0, processes = 1;
  // The variable that said so: "OMPI_COMM_WORLD_SIZE". Empty alone.
  std::string by;
  // False: srun without PMIx, by which Open MPI finds the others; asked all the same, it would end the process.
  bool joins = true;

  bool alone() const { return processes == 1; }
  bool first() const { return process == 0; }
};

// Open MPI's mpirun; then srun, whose step must have several tasks (a batch script, which is none of them, is alone); then
// launchers of the older PMI (MPICH's). `get` answers a variable's value, empty where it is not set. Pure.
Launch launch_of(const std::function<std::string(std::string_view)>& get);

// This machine's name.
std::string this_host();

}  // namespace aforo
