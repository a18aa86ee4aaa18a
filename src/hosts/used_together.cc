#include "hosts/used_together.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/control_group.h"
#include "storage/machine.h"

namespace aforo {
std::string this_machine() {
  if (auto boot = read_kernel_file("/proc/sys/kernel/random/boot_id")) return *boot;
  return describe_machine().hostname;
}

unsigned cores_of_machine() { return static_cast<unsigned>(std::max(::get_nprocs(), 1)); }

UsedThere used_together(std::span<const UsedThere> all) {
  std::map<std::string, UsedThere> machines;
  std::vector<const std::string*> order;
  for (const UsedThere& one : all) {
    const auto [at, is_new] = machines.try_emplace(one.machine, one);
    if (is_new) {
      order.push_back(&at->first);
      continue;
    }
    UsedThere& machine = at->second;
    take_in_process(machine.usage, one.usage);
    machine.cores += one.cores;
    machine.machine_cores = std::max(machine.machine_cores, one.machine_cores);
  }
  UsedThere sum;
  sum.cores = sum.machine_cores = 0;
  for (const std::string* name : order) {
    const UsedThere& machine = machines[*name];
    if (name == order.front())
      sum.usage = machine.usage;
    else
      take_in_host(sum.usage, machine.usage);
    sum.cores += std::min(machine.cores, machine.machine_cores);
    sum.machine_cores += machine.machine_cores;
  }
  return sum;
}

}  // namespace aforo
