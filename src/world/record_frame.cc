#include "world/record_frame.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>

#include "storage/machine.h"

namespace aforo {
namespace {

Json machine_json() {
  const MachineInfo info = describe_machine();
  return {{"cpu", info.cpu_model},
          {"cores", info.cores},
          {"memory_bytes", info.memory.value},
          {"kernel", info.kernel},
          {"hostname", info.hostname}};
}

}  // namespace

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

Json start_record(std::string_view command, const Store& store, const std::string& started) {
  Json machine = machine_json();
  const StoreInfo& place = store.info();
  machine["filesystem"] = place.type;
  if (!place.device.empty()) machine["device"] = place.device;
  return new_record(command, started, machine);
}

}  // namespace aforo
