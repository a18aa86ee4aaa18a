// What of this machine the process may use, as the kernel's text files say: its control groups (containers,
// batch systems) and the cores that they leave it. Linux, groups of version 1 and 2.
//
// The parsers are pure: they take the text, so that tests can. Nothing here is kept: every call asks the
// kernel again, some file reads each. Thread-safe; never throws but for memory. What cannot be read is
// absent.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// Cores that this process may use: affinity and the quotas of all its groups, rounded up; at least 1. The one
// answer to "how many threads?" in the house: in a container the machine's own number is another.
unsigned available_cores();

// The numbers of the cores that the calling thread may run on, rising; empty where the kernel does not say.
std::vector<unsigned> allowed_cores();
// From now on the calling thread runs on that core alone, one of allowed_cores(). False where the kernel refuses;
// nothing has changed then.
bool stay_on_core(unsigned core);

// Calls `visit(directory)` for this process's group of `controller` and for every group above it, innermost
// first; "" asks for version 2's. Directories need not exist: in a container the path may be the host's.
void each_control_group(const std::string& controller, const std::function<void(const std::string&)>& visit);

// A file of /proc or /sys; absent if it cannot be read, or not to its end. Never throws for that.
std::optional<std::string> read_kernel_file(const std::string& path);

// A text of one number; absent for "max" and what is no number.
std::optional<std::uint64_t> whole_number(std::string_view text);

// The same of a file.
std::optional<std::uint64_t> number_in(const std::string& path);

// The path of this process in the hierarchy of `controller` from /proc/self/cgroup; "" asks for version 2's.
std::optional<std::string> control_group_path(std::string_view text, std::string_view controller);

// "150000 100000" (cpu.max: microseconds of CPU in a period) = 1.5 cores; absent for "max".
std::optional<double> cpu_quota(std::string_view text);

}  // namespace aforo
