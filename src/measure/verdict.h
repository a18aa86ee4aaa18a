// The judgement: what limits this job, from evidence alone.
//
// Pure: the same evidence gives the same verdict whether it was measured, captured or simulated.
//
// Rules are asked in this order; the first that applies names the limit. Experiments (null storage,
// more workers) outrank counters (CPU, device), and counters outrank shares of time.
//
//    0  unknown             a read error, or a lack of open files or memory, ended the run before it could be judged
//   0a  unknown             AU >= target on the null engine, which says nothing of any storage
//    1  not limited         AU >= target
//   1a  storage latency     reads that failed or were not answered take half of all waiting or more
//    2  client CPU          samples/s >= 0.8 of the null-storage ceiling; or CPU >= 0.9 of all cores, an I/O
//                           loop >= 0.95 or a thread of the kernel >= 0.9 of its core, unless more workers
//                           proved that there was room; or accelerators lost >= 5 % of their time, and half
//                           of what they waited, to a host that woke them too late
//   2a  checkpoints         pauses take >= 5 %, more than what the two that follow take, and without them
//                           the target is met, or they are half of all that is lost
//   2b  cold cache          what the first epochs take beyond later ones, likewise
//   2c  epoch start         the first batches of the epochs take >= 5 %, and after them the target is met; where
//                           an epoch ends with what was read ahead, only if its start was fast enough for it
//   2d  connection limit    of an object store: 2 % or more of the connections asked for were refused, or of the
//                           requests closed without an answer
//   2e  request rate limit  of an object store: 1 % or more of the requests were throttled
//    3  loader settings     more workers on the same storage gain >= 15 %
//    4  barrier skew        barrier wait >= 2 x load wait and >= 5 %, while workers idle, the device is not
//                           busy and reading alone does not stay below the target: on the average storage
//                           is fast enough, but every step waits for the slowest rank
//    5  metadata            half of a sample's read time or more is spent in open
//    6  network             link >= 0.9 busy
//   6a  request rate limit  of an object store: more concurrency gains nothing, and small pieces come no faster
//    7  storage bandwidth   device >= 0.9 busy with >= 4 requests in flight (with fewer it only answers one
//                           by one); or more concurrency gains nothing and workers are always busy, or
//                           reading alone stays below the target; or it does and half of the readers
//                           lose nothing
//   7a  too few shards      each reader owns a shard, more workers would find none, and readers are busy
//                           half of the time or more while accelerators wait
//    8  loader settings     load wait >= 5 % while workers idle: the prefetch window is full behind one slow
//                           batch; or workers always busy although the bytes came from memory
//    9  storage latency     workers always busy, device not
//   10  unknown             what was seen, in numbers
//
// Rules 6, 7 and 9 are not asked when 90 % or more of the bytes came from the page cache: storage
// was not at work. The thresholds, each with its reason, are in verdict_rules.cc.
#pragma once

#include <string_view>

#include "measure/evidence.h"

namespace aforo {

// Emulated steps may take this much longer than asked, or accelerators lose so much of their time to a
// host that wakes them late, before the run is flagged: AU then says more of the client than of the
// storage. Chosen: 3 % can make a target look met, or missed, by as much.
inline constexpr double kLateSteps = 0.03;

// What is said where the client and no sample is at fault, and what to do about it: clauses.
inline constexpr std::string_view kClientLack =
    "this process could open no more files or had no memory left, and no sample is at fault";
inline constexpr std::string_view kClientAdvice = "raise 'ulimit -n' or give it more memory";

// The verdict on one run. Deterministic, never throws but for memory. A run that came mostly
// (>= 50 %) from the page cache without being asked to is flagged in the text, whatever the
// limit: it measured memory.
Verdict verdict_of(const Evidence& evidence);
// That flag alone, a clause for a Record's warnings; empty where the text does not bear it.
std::string cache_flag(const Evidence& evidence);

}  // namespace aforo
