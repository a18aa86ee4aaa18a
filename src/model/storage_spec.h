// A storage system as data: what `aforo probe` measured, or what a person wrote (storage.yaml).
//
// Every consumer (sim, plan, probe, predict) reads these structs and nothing else. A
// StorageSpec that came out of `load_storage` is complete and consistent; nobody downstream
// re-validates. SI units. Copy freely.
//
// A read goes down this path:
//
//   host's CPU and network ──► caches, nearest first ──(miss)──► one tier: its curves, or its
//                                                                stations in order
//
// A tier is described either by what was measured (`curves`: a load-dependent station, the
// flow-equivalent server of Chandy, Herzog and Woo 1975) or by its parts (`stations`), or by both:
// then an operation passes both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "workload/access.h"
#include "workload/law.h"
#include "workload/spec.h"

namespace aforo {

// Throughput and latency of one kind of operation, held at a constant number in flight.
struct CurvePoint {
  double concurrency = 1;  // operations in flight, >= 1
  // Operations per second of `ReadCurve::size` bytes, > 0.
  PerSecond rate{0};
  // (max - min) / median over repetitions; 0 = measured once.
  double spread = 0;
  // Equally spaced quantiles (0 to 1) of an operation's work / its mean; mean 1. Empty = 1 always.
  // Of latency / expected latency, narrower where storage paces requests: then few wait long for
  // what the others were let through at once.
  std::vector<double> jitter;
  // Coefficient of variation of the rate itself over 100 ms: what slows all at once.
  double common = 0;
  // Likewise within the last interval of `jitter`: where one operation in hundreds takes many times as long,
  // equal intervals would make it a smaller and more frequent delay. Empty = linear there. Only beside jitter.
  std::vector<double> tail = {};
  bool operator==(const CurvePoint&) const = default;
};

// One for all, or one per client host.
enum class StationScope { kShared, kHost };

// What was measured of one class of operations: the same kind, mode, source and scope, one mean size.
struct ReadCurve {
  ReadKind kind = ReadKind::kFile;
  ReadMode mode = ReadMode::kBuffered;
  bool cached = false;  // served by the client's page cache
  double size = 0;      // mean bytes per operation, > 0
  // Share of an operation's time that is proportional to its size, [0, 1].
  double size_share = 1;
  std::vector<CurvePoint> points;  // rising concurrency, at least one
  // kStream: bytes that storage fetches where a reader first touches them, beyond what it asked
  // for; it finds the rest there. At most `size`: nothing.
  Bytes ahead{0};
  // kFile past the page cache: bytes that were asked for at a time while it was measured, each request waited
  // for; 0 = 1 MiB, or the whole of a smaller file.
  Bytes request{0};
  // What storage gives to all hosts together, or what one host gets of it however many there are: its own way there (NIC,
  // client, CPU). An operation is served at the lower of both rates. Of the page cache, which is each host's own: kShared.
  StationScope scope = StationScope::kShared;
  // kShared: that the readers were spread over while it was measured. More hosts may get more, where these were the limit.
  std::uint32_t hosts = 1;
  bool operator==(const ReadCurve&) const = default;
};

// So many writers side by side, each with a file of its own.
struct WritePoint {
  double writers = 1;      // >= 1
  BytesPerSecond rate{0};  // all together, without `per_file`; > 0
  double spread = 0;       // (max - min) / median over repetitions; 0 = measured once
  bool operator==(const WritePoint&) const = default;
};

// What is left to readers and writers that work side by side, of the rates that each have alone.
struct WriteMix {
  double readers = 0, writers = 0;  // 0 = not measured: a writer then counts as a reader
  double reads = 1, writes = 1;     // in (0, 1.5]; above 1 is noise
  bool operator==(const WriteMix&) const = default;
};

// What was measured of new files that are written from front to back, one write after another. No two of a tier have the
// same mode, `synced` and scope.
struct WriteCurve {
  ReadMode mode = ReadMode::kBuffered;  // through the page cache, or past it
  bool synced = true;                   // a file's bytes are on storage before its writer goes on
  Bytes file{0};                        // of each, while it was measured; 0 = unknown
  Bytes chunk{0};                       // of one write; 0 = unknown
  Seconds per_file{0};                  // whatever its size: creating, syncing and closing it
  Seconds least{0};                     // of the smallest file, by one writer
  PerSecond files{0};                   // small ones, all writers together, at most; 0 = no limit was met
  Seconds per_write{0};            // of one write, whatever its size, by one writer; 0 = unknown or nothing
  std::vector<WritePoint> points;  // rising writers, at least one
  WriteMix beside;
  // As in ReadCurve: of all hosts together, and that the writers were spread over; or what one host gets.
  StationScope scope = StationScope::kShared;
  std::uint32_t hosts = 1;
  bool operator==(const WriteCurve&) const = default;
};

// What a part of a storage system does to a request. The order is that of the words in storage.yaml.
enum class StationKind {
  // Operations (open, with attributes and close) at `servers`, each `rate` per second; their
  // times are exponential.
  kMetadata,
  // Every request waits `latency`, nobody queues.
  kLatency,
  // Requests of at most `request_size` at `rate` per second in all, in order of arrival.
  kRequests,
  // Bytes, `servers` pipes of `bandwidth` each, shared by processor sharing; token bucket if.
  kBandwidth,
  // `servers` disks, each in order of arrival: `seek` per `chunk` begun, then bytes at `bandwidth`.
  kDisk,
  // `servers` cores: `per_operation` per request and `per_byte` seconds per byte, of what the same.
  kCpu,
  // requests take of the cores elsewhere (in a curve) they leave `1 - taken`
};

// One part of a storage system. Which members count is said by `kind`; the others are
// left at their defaults.
struct Station {
  std::string name;  // no two of a file have the same
  StationKind kind = StationKind::kBandwidth;
  StationScope scope = StationScope::kShared;
  std::uint32_t servers = 1;
  // kMetadata: of one server; kRequests: of all.
  PerSecond rate{0};
  // kRequests, kLatency: bytes that one request carries; 0 = any number.
  Bytes request_size{0};
  BytesPerSecond bandwidth{0};  // kBandwidth, kDisk: of one server
  // kBandwidth: bytes that may pass at `burst_bandwidth` before `bandwidth` holds.
  Bytes burst{0};
  BytesPerSecond burst_bandwidth{0};
  Law latency;      // kLatency: seconds
  Seconds seek{0};  // kDisk
  // kDisk: bytes read per seek; 0 = the whole request.
  Bytes chunk{0};
  Seconds per_operation{0};  // kCpu
  Seconds per_byte{0};       // kCpu
  double taken = 0;          // kCpu: share of the cores, [0, 1)
  bool operator==(const Station&) const = default;
};

// What goes when a cache is full.
enum class CachePolicy {
  kPinned,  // what came first stays
  kLru,     // the least recently used goes
  // Any goes: the page caches of whole servers that were published (data/published/cache_points.csv).
  kRandom,
  kPageCache,  // what Linux lets go (model/page_cache.h); files take whole pages and kernel memory
};

// A cache of files, or of ranges of packed files: a read hits where all of its item is there. What
// misses is put in, as the policy says.
struct CacheSpec {
  std::string name;
  Bytes size{0};  // of one cache
  CachePolicy policy = CachePolicy::kRandom;
  StationScope scope = StationScope::kHost;
  // Starts full of samples chosen at random, rather than empty.
  bool warm = false;
  // The way of a hit; may be empty (free).
  std::vector<Station> stations;
  // kPageCache: the size of the cache that a smaller one stands for; 0 = `size`. Not a key of the file.
  Bytes stands_for{0};
  // What a miss brings into it: the whole file (a shard, an object), rather than what was read. Where one cache of a storage does so,
  // all count files.
  bool whole_files = false;
  bool operator==(const CacheSpec&) const = default;
};

// A part of the storage, with some of the files. Files are spread over tiers at random, by share.
struct TierSpec {
  std::string name;
  // Of the dataset's files that lie on it; the shares of all tiers add up to 1.
  double share = 1;
  std::vector<ReadCurve> curves;
  std::vector<Station> stations;
  std::vector<WriteCurve> writes = {};  // empty = nobody knows what writing takes
  bool operator==(const TierSpec&) const = default;
};

// The client that a probe ran on: its CPU cost is part of the curves it measured, and where its cores
// were busy the curves say what the client could do, not the storage.
struct ProbedClient {
  std::uint32_t cores = 0;
  Seconds cpu_per_operation{0};
  Seconds cpu_per_byte{0};
  bool operator==(const ProbedClient&) const = default;
};

// Where a probe measured, as its client's kernel calls it: whoever meets the storage again can tell whether it is
// the same. Empty = not known.
struct ProbedPlace {
  std::string filesystem;  // "ext4", "nfs4"
  std::string device;      // "vda", "server:/export"
  bool operator==(const ProbedPlace&) const = default;
};

// What the whole system costs, all in; who says so and as of when.
struct StoragePrice {
  Dollars per_month{0};
  std::string source, date;
  bool operator==(const StoragePrice&) const = default;
};

// The whole. `origin` alone does not come from the file's text.
struct StorageSpec {
  static constexpr int kVersion = 1;

  std::string name;
  std::string description;
  // CPU, network; passed by every read; scope kHost if read without one.
  std::vector<Station> client;
  std::vector<CacheSpec> caches;  // nearest to the client first
  std::vector<TierSpec> tiers;    // at least one
  std::optional<ProbedClient> probed_client;
  Bytes capacity{0};  // 0 = unknown
  std::optional<StoragePrice> price;
  // When it was measured, "2026-06-01T12:00:00Z"; empty = written by hand.
  std::string probed;
  std::optional<ProbedPlace> probed_place;
  // What the probe had to say of its own certainty.
  std::vector<std::string> notes;
  // What it could not find out, in sentences: whoever predicts from this file says them too.
  std::vector<std::string> unknown;
  std::string origin;  // file; "probe"
  bool operator==(const StorageSpec&) const = default;
};

std::string_view to_string(ReadKind kind);  // "file", "range", "stream"
// "metadata", "latency", "requests", "bandwidth", "disk", "cpu"
std::string_view to_string(StationKind kind);
std::string_view to_string(StationScope scope);  // "shared", "host"
// "pinned", "lru", "random", "page-cache".
std::string_view to_string(CachePolicy policy);

}  // namespace aforo
