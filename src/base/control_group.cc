#include "base/control_group.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string>

#include "base/text.h"

namespace aforo {

namespace fs = std::filesystem;

unsigned available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  double cores = 1;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    cores = CPU_COUNT(&set);
  } else if (const long online = sysconf(_SC_NPROCESSORS_ONLN); online > 0) {
    cores = static_cast<double>(online);  // more cores than a cpu_set_t holds
  }
  each_control_group("", [&](const std::string& group) {
    const auto text = read_kernel_file(group + "/cpu.max");
    if (const auto quota = text ? cpu_quota(*text) : std::nullopt) cores = std::min(cores, *quota);
  });
  each_control_group("cpu", [&](const std::string& group) {
    const auto quota = number_in(group + "/cpu.cfs_quota_us"),
               period = number_in(group + "/cpu.cfs_period_us");
    if (quota && period && *period)
      cores = std::min(cores, static_cast<double>(*quota) / static_cast<double>(*period));
  });
  return std::max(1u, static_cast<unsigned>(std::ceil(cores)));
}

std::vector<unsigned> allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<unsigned> out;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return out;
  for (unsigned core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &set)) out.push_back(core);
  return out;
}

bool stay_on_core(unsigned core) {
  if (core >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

void each_control_group(const std::string& controller, const std::function<void(const std::string&)>& visit) {
  const auto text = read_kernel_file("/proc/self/cgroup");
  if (!text) return;
  const auto path = control_group_path(*text, controller);
  if (!path) return;
  const std::string root = controller.empty() ? "/sys/fs/cgroup" : "/sys/fs/cgroup/" + controller;
  // In a container the path may be the host's and not exist here; the group's own root then is the
  // container's.
  for (fs::path at = fs::path(*path).relative_path();; at = at.parent_path()) {
    visit((fs::path(root) / at).string());
    if (at.empty()) return;
  }
}

// By system calls: what streams make of a read that fails, as where a process ends meanwhile (ESRCH), is thrown.
std::optional<std::string> read_kernel_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::string text;
  std::array<char, 4096> block;
  ssize_t got = 0;
  while ((got = ::read(file, block.data(), block.size())) > 0 || (got < 0 && errno == EINTR))
    if (got > 0) text.append(block.data(), static_cast<std::size_t>(got));
  ::close(file);
  if (got < 0) return std::nullopt;
  return text;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  text = trim(text);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> number_in(const std::string& path) {
  const auto text = read_kernel_file(path);
  return text ? whole_number(*text) : std::nullopt;
}

std::optional<std::string> control_group_path(std::string_view text, std::string_view controller) {
  for (const std::string& line : split(text, '\n')) {
    // "4:memory:/path", version 2: "0::/path"
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos) continue;
    const auto names = split(std::string_view(line).substr(first + 1, second - first - 1), ',');
    const bool ours = controller.empty() ? second == first + 1
                                         : std::find(names.begin(), names.end(), controller) != names.end();
    if (ours) return line.substr(second + 1);
  }
  return std::nullopt;
}

std::optional<double> cpu_quota(std::string_view text) {
  text = trim(text);
  const std::size_t blank = std::min(text.find(' '), text.size());
  const auto quota = whole_number(text.substr(0, blank)), period = whole_number(text.substr(blank));
  if (!quota || !period || *period == 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

}  // namespace aforo
