// The network interface of this machine that the way to a host goes through, and what it carried: from the kernel's tables, which
// are read without asking the host. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace aforo {

struct LinkCounters {
  std::string name;                    // "eth0"
  std::uint64_t bytes_received = 0;    // since the machine started, for every process
  std::uint64_t bytes_per_second = 0;  // its line rate; 0: none is known (loopback, most virtual ones)
};

// The interface that a packet to `address` (as in "192.0.2.1", "2001:db8::1") would leave by. Absent where there is no way.
std::optional<std::string> link_towards(const std::string& address);

// Its counters now; absent where it is gone. `root`: of /sys/class/net, for tests.
std::optional<LinkCounters> read_link(const std::string& name, const std::string& root = "/sys/class/net");

}  // namespace aforo
