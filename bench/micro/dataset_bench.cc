// How fast samples are made and proved, on one core, in cache: the ceiling of `generate` and the cost of
// --verify.
//
// Bytes per second are bytes of stored samples. 114 kB is ImageNet's mean JPEG, 2.5 kB a text record.
#include <benchmark/benchmark.h>

#include "dataset/generated_layout.h"
#include "dataset/tfrecord.h"

namespace aforo {
namespace {

const SampleFormat& format_of(std::int64_t index) {
  switch (index) {
    case 0:
      return raw_format();
    case 1:
      return jpeg_format();
    case 2:
      return npz_format();
    default:
      return tfrecord_format(Content::kRaw);
  }
}

void count_bytes(benchmark::State& state, std::uint64_t each) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

void random_stream(benchmark::State& state) {
  std::vector<std::byte> out(static_cast<std::size_t>(state.range(0)));
  std::uint64_t key = 0;
  for (auto _ : state) {
    fill_random(++key, 0, out);
    benchmark::DoNotOptimize(out.data());
  }
  count_bytes(state, out.size());
}
BENCHMARK(random_stream)->Arg(4096)->Arg(114'000);

void encode(benchmark::State& state) {
  const SampleFormat& format = format_of(state.range(0));
  const auto target = static_cast<std::uint64_t>(state.range(1));
  std::vector<std::byte> out;
  std::uint64_t sample = 0;
  for (auto _ : state) {
    format.encode({{1, 2}, ++sample}, target, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetLabel(std::string(format.name()));
  count_bytes(state, format.stored_bytes(target));
}
BENCHMARK(encode)->ArgsProduct({{0, 1, 2, 3}, {2500, 114'000}});

void verify(benchmark::State& state) {
  const SampleFormat& format = format_of(state.range(0));
  const auto target = static_cast<std::uint64_t>(state.range(1));
  std::vector<std::byte> bytes;
  format.encode({{1, 2}, 3}, target, bytes);
  for (auto _ : state) {
    if (!format.verify({{1, 2}, 3}, target, bytes)) state.SkipWithError("a good sample was refused");
  }
  state.SetLabel(std::string(format.name()));
  count_bytes(state, bytes.size());
}
BENCHMARK(verify)->ArgsProduct({{0, 1, 2, 3}, {2500, 114'000}});

// A 140 MiB npz in blocks of 1 MiB, as `generate` writes it.
void stream_npz(benchmark::State& state) {
  std::vector<std::byte> block(1 << 20);
  const std::uint64_t size = 140 << 20;
  std::uint64_t sample = 0;
  for (auto _ : state) {
    const auto source = npz_format().open({{1, 2}, ++sample}, size);
    for (std::uint64_t at = 0; at < size; at += block.size()) source->fill(at, block);
  }
  count_bytes(state, size);
}
BENCHMARK(stream_npz)->Unit(benchmark::kMillisecond);

DatasetSpec shards(LawKind law) {
  DatasetSpec spec;
  spec.layout = LayoutKind::kTfrecord;
  spec.samples = 1'000'000;
  spec.samples_per_file = 1251;
  spec.sample_size = {law, 114'000, 60'000, 0, 0, {}};
  return spec;
}

void locate(benchmark::State& state) {
  const auto spec = shards(state.range(0) == 0 ? LawKind::kConstant : LawKind::kLognormal);
  const GeneratedLayout layout(spec, dataset_id_of(spec));
  std::uint64_t sample = 0;
  for (auto _ : state) {
    sample = (sample + 7'919) % spec.samples;
    benchmark::DoNotOptimize(layout.locate(sample));
  }
  state.SetLabel(std::string(to_string(spec.sample_size.kind)));
}
BENCHMARK(locate)->Arg(0)->Arg(1);

void open_layout(benchmark::State& state) {
  const auto spec = shards(LawKind::kLognormal);
  for (auto _ : state) benchmark::DoNotOptimize(GeneratedLayout(spec, dataset_id_of(spec)).total_bytes());
  state.SetLabel("1e6 lognormal records");
}
BENCHMARK(open_layout)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aforo

BENCHMARK_MAIN();
