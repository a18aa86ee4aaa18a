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

Json start_record(std::string_view command, const std::string& directory) {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  Json machine = machine_json();
  const FilesystemInfo filesystem = describe_filesystem(directory);
  machine["filesystem"] = filesystem.type;
  if (!filesystem.device.empty()) machine["device"] = filesystem.device;
  return new_record(command, fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now)), machine);
}

}  // namespace aforo
