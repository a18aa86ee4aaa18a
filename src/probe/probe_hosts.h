// How the readers of a probe lie over several hosts, and how what each of them saw becomes one window. Pure.
//
// A host is a machine: processes that share one share its CPU, its network and its page cache, and what they get together is
// what one host gets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/curve_fit.h"
#include "probe/probe_writers.h"
#include "world/usage.h"

namespace aforo {

// The processes of a probe and the machines they run on. Immutable.
class ProbeHosts {
 public:
  // By process: its machine, in any words that are the same for processes of one machine alone.
  explicit ProbeHosts(const std::vector<std::string>& machines);

  unsigned processes() const { return static_cast<unsigned>(host_of_.size()); }
  // Machines, numbered as their first processes come: the first process is on 0.
  unsigned hosts() const { return static_cast<unsigned>(processes_of_.size()); }
  unsigned host_of(unsigned process) const { return host_of_[process]; }
  unsigned processes_of(unsigned host) const { return processes_of_[host]; }

 private:
  std::vector<unsigned> host_of_, processes_of_;
};

// Those of its processes that read: all, or those of the first host alone.
class HostGroup {
 public:
  // `hosts` outlives it.
  HostGroup(const ProbeHosts& hosts, bool first_host_alone) : hosts_(hosts), alone_(first_host_alone) {}

  unsigned hosts() const { return alone_ ? 1 : hosts_.hosts(); }
  // They are numbered [0, processes()) in the order of all.
  unsigned processes() const { return alone_ ? hosts_.processes_of(0) : hosts_.processes(); }
  bool holds(unsigned process) const { return !alone_ || hosts_.host_of(process) == 0; }
  // `holds(process)`.
  unsigned place_of(unsigned process) const;
  // Of `readers`: evenly over hosts, and within each over its processes; who comes first has one more. 0 for others.
  unsigned readers_of(unsigned process, unsigned readers) const;
  // The most readers of which no process has more than its own of `most` (by process).
  unsigned most_readers(std::span<const unsigned> most) const;

 private:
  const ProbeHosts& hosts_;
  bool alone_;
};

// What one process saw of a window that several made together.
struct HostWindow {
  unsigned readers = 0;  // here; 0 = it had no part
  // Of `window` what is not counters: from, until, operations, and all of them.
  RawWindow window;
  Usage used;  // meanwhile
  bool compressed = false;
  bool stopped = false;               // it was asked to end
  std::uint64_t left = 0, taken = 0;  // units, after it
  std::string fault, note;
  int fault_error = 0;
  std::vector<std::vector<WrittenFile>> written;  // where it wrote, by writer

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(readers, window.from, window.until, window.operations, window.operations_in_all,
            window.bytes_in_all, used, compressed, stopped, left, taken, fault, note, fault_error, written);
  }
};

// One window of `readers` of all that `seen` by process on its own clock, which stands `offsets` later than the first's:
// measured while all were at it; counters of a machine taken once. At least one process had a part.
RawWindow joined(unsigned readers, const ProbeHosts& hosts, std::span<const HostWindow> seen,
                 std::span<const Seconds> offsets);

// What the processes of each machine used, by machine; of those that had no part nothing. Absent counters as in Usage.
std::vector<Usage> used_by_host(const ProbeHosts& hosts, std::span<const HostWindow> seen);

}  // namespace aforo
