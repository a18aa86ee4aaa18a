#include "hosts/launch.h"

#include <charconv>
#include <optional>

#include "storage/machine.h"

namespace aforo {
namespace {

std::optional<std::uint32_t> number(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Launch launch_of(const std::function<std::string(std::string_view)>& get) {
  constexpr std::string_view kPairs[][2] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                            {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID"},
                                            {"PMI_SIZE", "PMI_RANK"}};
  for (const auto& [size, rank] : kPairs) {
    const auto processes = number(get(size)), process = number(get(rank));
    if (!processes || !process || *process >= *processes) continue;
    if (*processes == 1) return {};
    const bool by_slurm = size.starts_with("SLURM");
    return {*process, *processes, std::string(size), !by_slurm || !get("PMIX_RANK").empty()};
  }
  return {};
}

std::string this_host() { return describe_machine().hostname; }

}  // namespace aforo
