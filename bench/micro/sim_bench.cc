// How fast the simulated world is, in events per second on one core: the clock alone, one station, whole
// jobs.
#include <benchmark/benchmark.h>

#include "dataset/generated_layout.h"
#include "sim/simulate.h"
#include "sim/station_harness.h"

namespace aforo {
namespace {

void count_events(benchmark::State& state, std::uint64_t events) {
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
}

struct Timer final : SimEvent {
  VirtualClock* clock = nullptr;
  Random random{1};
  void fire() override { clock->at(clock->now() + Seconds{random.uniform()}, *this); }
};

// Timers that go off at random, each set anew when it does.
void clock_alone(benchmark::State& state) {
  VirtualClock clock;
  std::vector<Timer> timers(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i].clock = &clock;
    timers[i].random = Random(i);
    timers[i].fire();
  }
  for (auto _ : state) clock.step();
  count_events(state, clock.events());
}
BENCHMARK(clock_alone)->Arg(16)->Arg(256)->Arg(4096)->Arg(100'000);

Station pipe() {
  Station station;
  station.bandwidth = {1e9};
  return station;
}

// So many customers that circulate through one processor sharing pipe.
void shared_pipe(benchmark::State& state) {
  StationHarness harness;
  harness.add(pipe());
  for (std::int64_t i = 0; i < state.range(0); ++i)
    harness.circulate(Seconds{1e300}, {0, 1e5, true, false, -1}, 0, true);
  for (auto _ : state) harness.clock.step();
  count_events(state, harness.clock.events());
}
BENCHMARK(shared_pipe)->Arg(8)->Arg(64)->Arg(4096);

DatasetSpec dataset(std::uint64_t samples, const Law& size) {
  DatasetSpec spec;
  spec.samples = samples;
  spec.sample_size = size;
  return spec;
}

struct Case {
  std::uint32_t accelerators = 1, workers = 8;
  std::uint64_t batch = 1, steps = 1;
  double step_time = 0;
  bool aggregate = true;
};

// One pipe that gives every accelerator `each` bytes per second: near the knee, where there is most to do.
void simulate_case(benchmark::State& state, const GeneratedLayout& layout, const Case& what, double each) {
  StorageSpec storage;
  storage.tiers.push_back({"tier", 1, {}, {pipe()}});
  storage.tiers[0].stations[0].bandwidth = {what.accelerators * each};
  SimSetup setup;
  setup.storage = &storage;
  setup.aggregate = what.aggregate;
  JobPlan plan;
  plan.layout = &layout;
  plan.ranks = what.accelerators;
  plan.loader.workers = what.workers;
  plan.loader.batch_size = what.batch;
  plan.step_time.mean = what.step_time;
  plan.steps = what.steps;
  setup.jobs.push_back({plan, 8});
  std::uint64_t events = 0, samples = 0;
  double au = 0;
  for (auto _ : state) {
    const SimResult result = simulate(setup);
    events += result.events;
    samples += result.jobs[0].job.samples_delivered;
    au = utilisation(Statistic::kWall, result.jobs[0].job.epochs, what.batch).au.value_or(-1);
  }
  count_events(state, events);
  state.counters["samples/s"] = benchmark::Counter(static_cast<double>(samples), benchmark::Counter::kIsRate);
  state.counters["AU"] = au;
}

// ResNet-50, batch 400, 8 workers: accelerators, steps, whether aggregated.
void resnet50(benchmark::State& state) {
  Law size;
  size.mean = 114'660;
  const DatasetSpec spec = dataset(1'281'167, size);
  const GeneratedLayout layout(spec, dataset_id_of(spec));
  simulate_case(state, layout,
                {static_cast<std::uint32_t>(state.range(0)), 8, 400,
                 static_cast<std::uint64_t>(state.range(1)), 0.224, state.range(2) != 0},
                200e6);
}
BENCHMARK(resnet50)->ArgsProduct({{8, 512}, {20}, {0, 1}})->Unit(benchmark::kMillisecond);
BENCHMARK(resnet50)
    ->Args({512, 50, 0})
    ->Args({512, 50, 1})
    ->Args({512, 500, 1})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

// The same with sizes that spread, so that samples do not end together.
void resnet50_varied(benchmark::State& state) {
  const DatasetSpec spec = dataset(1'281'167, {LawKind::kLognormal, 114'660, 60'000, 0, 0, {}});
  const GeneratedLayout layout(spec, dataset_id_of(spec));
  simulate_case(state, layout,
                {static_cast<std::uint32_t>(state.range(0)), 8, 400, 20, 0.224, state.range(1) != 0}, 200e6);
}
BENCHMARK(resnet50_varied)->ArgsProduct({{8, 512}, {0, 1}})->Unit(benchmark::kMillisecond);

// 3D-UNet, batch 7, 4 workers, 20 steps: 140 MB samples of the benchmark's product of normals.
void unet3d(benchmark::State& state) {
  const auto accelerators = static_cast<std::uint32_t>(state.range(0));
  const DatasetSpec spec =
      dataset(accelerators * 140ull, {LawKind::kProductOfNormals, 146'600'628, 68'341'808, 0, 0, {}});
  const GeneratedLayout layout(spec, dataset_id_of(spec));
  simulate_case(state, layout, {accelerators, 4, 7, 20, 0.323, true}, 3.2e9);
}
BENCHMARK(unet3d)->Arg(1000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace aforo

BENCHMARK_MAIN();
