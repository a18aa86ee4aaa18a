// What the processes of a job used together, several of which may run on one machine.
#pragma once

#include <span>
#include <string>

#include "world/usage.h"

namespace aforo {

// What tells this machine from another: processes of one have the same.
std::string this_machine();

// The machine's cores, whoever may use them.
unsigned cores_of_machine();

// By one process, in a time that all of them share.
struct UsedThere {
  std::string machine;
  Usage usage;
  unsigned cores = 1;          // that the process may use
  unsigned machine_cores = 1;  // of its machine
};

// Of all, which are not none. What a machine counts for all of its processes is taken once for each machine; cores are those
// that its processes may use, all together at most its own. Without a `machine`.
UsedThere used_together(std::span<const UsedThere> all);

}  // namespace aforo
