#include "world/usage.h"

#include <algorithm>

namespace aforo {
namespace {

// Chosen: the kernel counts a machine's CPU in ticks of 10 ms, which over less time say little.
constexpr Seconds kTellsOthers{0.5};

// Counters of different sources may disagree by a tick: never below zero.
std::uint64_t less(std::uint64_t from, std::uint64_t part) { return from - std::min(from, part); }
Seconds less(Seconds from, Seconds part) { return std::max(Seconds{0}, from - part); }

void take_busiest(Usage& usage, Seconds ran, const std::string& name) {
  if (ran <= usage.kernel_busiest) return;
  usage.kernel_busiest = ran;
  usage.kernel_thread = name;
}

// A thread that is not in `a` has begun since.
void add_kernel(const KernelTime& a, const KernelTime& b, Usage& usage) {
  Seconds all = less(b.interrupts, a.interrupts);
  auto before = a.threads.begin();
  for (const KernelTime::Thread& thread : b.threads) {
    while (before != a.threads.end() && before->id < thread.id) ++before;
    const bool known = before != a.threads.end() && before->id == thread.id && before->cpu <= thread.cpu;
    const Seconds ran = known ? thread.cpu - before->cpu : thread.cpu;
    all += ran;
    take_busiest(usage, ran, thread.name);
  }
  // Kernels that count interrupts on the account of whom they interrupt count these twice.
  if (usage.machine_cpu) all = std::min(all, less(*usage.machine_cpu, usage.cpu()));
  usage.kernel_cpu = all;
}

// Of two that count it; what one does not is not known of both.
void add_counted(std::optional<std::uint64_t>& into, const std::optional<std::uint64_t>& other) {
  if (into && other)
    *into += *other;
  else
    into.reset();
}

// Of two machines' links the one that is nearer to its line rate; of one link, seen by two, what both saw.
void take_busier(std::optional<LinkUsage>& into, const std::optional<LinkUsage>& other) {
  const auto load = [](const LinkUsage& link) {
    return static_cast<double>(link.bytes_received) /
           static_cast<double>(std::max<std::uint64_t>(link.bytes_per_second, 1));
  };
  if (other && (!into || load(*other) > load(*into))) into = other;
}

}  // namespace

std::optional<double> LinkUsage::busy_share(Seconds wall) const {
  if (bytes_per_second == 0 || wall.value <= 0) return std::nullopt;
  return std::min(1.0,
                  static_cast<double>(bytes_received) / (static_cast<double>(bytes_per_second) * wall.value));
}

Moment read_moment(const Store& store) { return {monotonic_now(), store.counters()}; }

Usage between(const Moment& begin, const Moment& end) {
  const Counters &a = begin.counters, &b = end.counters;
  Usage usage;
  usage.wall = end.time - begin.time;
  usage.cpu_user = less(b.cpu_user, a.cpu_user);
  usage.cpu_system = less(b.cpu_system, a.cpu_system);
  if (a.process_bytes_read && b.process_bytes_read)
    usage.process_bytes_read = less(*b.process_bytes_read, *a.process_bytes_read);
  if (a.process_bytes_written && b.process_bytes_written)
    usage.process_bytes_written = less(*b.process_bytes_written, *a.process_bytes_written);
  if (a.device && b.device)
    usage.device = {b.device->name, less(b.device->bytes_read, a.device->bytes_read),
                    less(b.device->reads, a.device->reads), less(b.device->busy, a.device->busy)};
  if (a.remote && b.remote) usage.remote = less(*b.remote, *a.remote);
  if (a.link && b.link && a.link->name == b.link->name)
    usage.link = {b.link->name, less(b.link->bytes_received, a.link->bytes_received),
                  b.link->bytes_per_second};
  if (a.cached && b.cached) usage.cached = less(*b.cached, *a.cached);
  if (a.machine_cpu && b.machine_cpu) usage.machine_cpu = less(*b.machine_cpu, *a.machine_cpu);
  if (a.kernel && b.kernel) add_kernel(*a.kernel, *b.kernel, usage);
  return usage;
}

std::optional<double> other_cpu_share(const Usage& usage, unsigned cores) {
  if (!usage.machine_cpu || usage.wall < kTellsOthers || cores == 0) return std::nullopt;
  const Seconds others = less(*usage.machine_cpu, usage.client_cpu());
  return std::min(1.0, others / usage.wall / cores);
}

void take_in_process(Usage& into, const Usage& other) {
  take_busier(into.link, other.link);
  into.wall = std::max(into.wall, other.wall);
  into.cpu_user += other.cpu_user;
  into.cpu_system += other.cpu_system;
  add_counted(into.process_bytes_read, other.process_bytes_read);
  add_counted(into.process_bytes_written, other.process_bytes_written);
  if (into.remote && other.remote)
    into.remote = plus(*into.remote, *other.remote);
  else
    into.remote.reset();
  if (into.cached && other.cached)
    into.cached = plus(*into.cached, *other.cached);
  else
    into.cached.reset();
}

void take_in_host(Usage& into, const Usage& other) {
  take_in_process(into, other);
  if (into.machine_cpu && other.machine_cpu)
    *into.machine_cpu += *other.machine_cpu;
  else
    into.machine_cpu.reset();
  if (into.kernel_cpu && other.kernel_cpu)
    *into.kernel_cpu += *other.kernel_cpu;
  else
    into.kernel_cpu.reset();
  take_busiest(into, other.kernel_busiest, other.kernel_thread);
  if (!into.device || !other.device) {
    into.device.reset();
    return;
  }
  if (into.device->name != other.device->name) into.device->name = kSeveralDevices;
  into.device->bytes_read += other.device->bytes_read;
  into.device->reads += other.device->reads;
  into.device->busy = std::max(into.device->busy, other.device->busy);
}

Usage plus(Usage a, const Usage& b) {
  a.wall += b.wall;
  a.cpu_user += b.cpu_user;
  a.cpu_system += b.cpu_system;
  if (b.process_bytes_read) a.process_bytes_read = a.process_bytes_read.value_or(0) + *b.process_bytes_read;
  if (b.process_bytes_written)
    a.process_bytes_written = a.process_bytes_written.value_or(0) + *b.process_bytes_written;
  if (b.device) {
    if (!a.device) a.device = DeviceUsage{b.device->name, 0, 0, Seconds{0}};
    a.device->bytes_read += b.device->bytes_read;
    a.device->reads += b.device->reads;
    a.device->busy += b.device->busy;
  }
  if (b.remote) a.remote = plus(a.remote.value_or(RemoteCounts{}), *b.remote);
  if (b.link) {
    if (!a.link) a.link = LinkUsage{b.link->name, 0, b.link->bytes_per_second};
    a.link->bytes_received += b.link->bytes_received;
  }
  if (b.cached) a.cached = plus(a.cached.value_or(CacheCounts{}), *b.cached);
  if (b.machine_cpu) a.machine_cpu = a.machine_cpu.value_or(Seconds{0}) + *b.machine_cpu;
  if (b.kernel_cpu) a.kernel_cpu = a.kernel_cpu.value_or(Seconds{0}) + *b.kernel_cpu;
  if (a.kernel_thread.empty()) a.kernel_thread = b.kernel_thread;
  a.kernel_busiest += b.kernel_busiest;
  return a;
}

Usage without(Usage whole, const Usage& part) {
  whole.wall = less(whole.wall, part.wall);
  whole.cpu_user = less(whole.cpu_user, part.cpu_user);
  whole.cpu_system = less(whole.cpu_system, part.cpu_system);
  if (whole.process_bytes_read && part.process_bytes_read)
    whole.process_bytes_read = less(*whole.process_bytes_read, *part.process_bytes_read);
  if (whole.process_bytes_written && part.process_bytes_written)
    whole.process_bytes_written = less(*whole.process_bytes_written, *part.process_bytes_written);
  if (whole.device && part.device) {
    whole.device->bytes_read = less(whole.device->bytes_read, part.device->bytes_read);
    whole.device->reads = less(whole.device->reads, part.device->reads);
    whole.device->busy = less(whole.device->busy, part.device->busy);
  }
  if (whole.remote && part.remote) whole.remote = less(*whole.remote, *part.remote);
  if (whole.link && part.link)
    whole.link->bytes_received = less(whole.link->bytes_received, part.link->bytes_received);
  if (whole.cached && part.cached) whole.cached = less(*whole.cached, *part.cached);
  if (whole.kernel_cpu && part.kernel_cpu) whole.kernel_cpu = less(*whole.kernel_cpu, *part.kernel_cpu);
  whole.kernel_busiest = less(whole.kernel_busiest, part.kernel_busiest);
  if (whole.machine_cpu && part.machine_cpu) whole.machine_cpu = less(*whole.machine_cpu, *part.machine_cpu);
  return whole;
}

}  // namespace aforo
