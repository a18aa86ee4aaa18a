// A probe while it goes on, step by step: private to probe_command.cc and probe_steps.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "hosts/crew.h"
#include "probe/probe_config.h"
#include "probe/probe_crew.h"
#include "probe/probe_curves.h"
#include "probe/probe_outcome.h"
#include "probe/probe_plan.h"
#include "probe/probe_record.h"
#include "probe/probe_status.h"
#include "probe/probe_sweep.h"
#include "probe/probe_target.h"
#include "probe/probe_writing.h"
#include "probe/write_ground.h"
#include "storage/engine.h"
#include "world/record_frame.h"

namespace aforo {

// Who reads for a curve.
struct ProbeScope {
  bool first_host_alone = false;
  StationScope scope = StationScope::kShared;
  std::uint32_t hosts = 1;
};

// Of the first process, or the only one. Once, on one thread.
class Probe {
 public:
  Probe(const ProbeOptions& options, const std::stop_token& stop, const ProgressSink& sink, Crew* crew);
  ProbeOutcome run();

 private:
  Seconds elapsed() const { return monotonic_now() - begin_; }
  void note(std::string text) { findings_.notes.push_back(std::move(text)); }
  void unknown(std::string text) { findings_.unknown.push_back(std::move(text)); }

  // Finds or lays what is read, and shares the time out.
  void prepare();

  ProgressSink laying_sink() const;
  JobSettings settings_of(const ProbeData& data) const;

  // What the hosts of a probe agree on, and what of it the file and the Record say.
  void agree();

  // One host alone first, as what one host knows of itself is taken from the first curves.
  std::vector<ProbeScope> scopes() const;
  std::unique_ptr<ProbeBench> bench_of(CurveReaders& reading, const ProbeScope& scope,
                                       CrewBench::Order order);

  void probe_one(const ProbeData& data, ReadMode mode);
  SweepAsk cold_ask(const ProbeData& data, const LoaderSpec& loader, const ProbeScope& scope = {}) const;
  SweepAsk within_readers(SweepAsk ask, const ProbeScope& scope) const;

  // In the modes that a checkpoint may be written in, whatever a job reads in.
  void measure_writing();
  // Those of the first curve at its knee: as many as keep storage full.
  ReadersBeside readers_beside() const;

  // More windows of the first curve, that of the job's reads, until the job is known narrowly enough.
  void reach_precision();
  // Of what was measured until now. A stop in its middle is one of the probe: what was measured stays.
  Promise promise() const;

  // Needs a workload that says what a loader does.
  void probe_loader(const ProbeData& data);
  void refuse_direct();
  // Some of the data, read once and then measured again and again.
  void probe_warm(const ProbeData& data, CurveReaders& reading);
  WindowNews teller(const ProbeData& data, ReadMode mode, bool cached);
  ProbeOutcome conclude();

  const ProbeOptions& options_;
  std::stop_source ending_;
  std::stop_callback<std::function<void()>> forward_;
  std::stop_token stop_;
  const ProgressSink& sink_;
  std::shared_ptr<Store> store_;
  Seconds begin_;
  ProbeStatus status_;
  std::unique_ptr<WriteGround> write_ground_;
  std::unique_ptr<ProbeGround> ground_;
  std::vector<ProbeData> data_;
  std::optional<ProbeCrew> crew_;
  std::vector<std::string> warnings_;
  ProbeTimes times_;
  Seconds loader_time_{0}, writing_time_{0};
  ProbeFindings findings_;
  std::optional<Precision> precision_;
  std::string precision_text_;
  std::string engine_reason_;
  const std::string started_ = utc_now();
  Json record_;
};

}  // namespace aforo
