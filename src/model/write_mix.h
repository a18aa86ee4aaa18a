// Readers and writers on one storage: what each leaves to the other.
//
// A writer counts as `weight` readers, and a reader as 1 / weight writers. With r readers and w writers under way, reads
// have r / (r + weight w) of what as many readers as all count for would get alone, and writes the rest of what as many
// writers would; both then lose what working side by side costs. So where storage is not full, nobody is slower, and where
// it is, they share it.
//
// Pure, thread-safe.
#pragma once

#include <optional>
#include <span>

#include "model/curve.h"
#include "workload/checkpoint.h"

namespace aforo {

// Of `curves` that of the writing which `plan` asks for; null = none.
// That of all hosts, else that of one.
const WriteCurve* write_curve_for(std::span<const WriteCurve> curves, const CheckpointPlan& plan);
// `curve` of writes of `chunk` bytes instead of curve.chunk, `depth` >= 1 of a file at once, where those are shorter and take
// per_write each: a lone writer takes that much longer for a byte, and so do more of them, unless storage is what they wait
// for already. Longer writes, and where nothing is known: as measured.
WriteCurve of_chunk(WriteCurve curve, Bytes chunk, std::uint32_t depth);
// The rates of all writers on `hosts` hosts with the plan's chunk, as OperationCurve::of_writes has them; absent where there is no such curve.
std::optional<OperationCurve> writes_for(std::span<const WriteCurve> curves, const CheckpointPlan& plan,
                                         double hosts);

struct WriteShare {
  double weight = 1;  // > 0
  double kept = 1;    // of both rates, in (0, 1.5]; above 1 is noise
};

// As `mix` was measured, of storage that has these curves alone; {1, 1} where it was not measured. The weight lies in
// [1/1000, 1000]: what cannot be told there is its end.
WriteShare share_of(const WriteMix& mix, const OperationCurve& reads, const OperationCurve& writes);

// Of a tier, for reads of that class and the writing of `plan`, as it was measured: of all hosts, else of one alone.
WriteShare share_for(const TierSpec& tier, const CheckpointPlan& plan, ReadKind kind, ReadMode mode,
                     double size);

// Rates of all readers and of all writers, in operations of their curves per second, where `readers` >= 0 and `writers` >= 0
// are under way.
struct MixedRates {
  PerSecond reads{0}, writes{0};
};
MixedRates mixed_rates(const WriteShare& share, const OperationCurve& reads, const OperationCurve& writes,
                       double readers, double writers);

}  // namespace aforo
