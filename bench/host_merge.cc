// How long the first process takes for what all others sent it, at the end of a job.
//
//   host_merge [processes] [ranks of each] [steps]
//
// 1,000 processes of a rank and 10,000 steps by default, the smallest parts that 1,000 ranks come in. Prints the bytes of all
// parts, and milliseconds to read them, to describe the hosts, to merge, and to make the Record's text.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/carry.h"
#include "dataset/generated_layout.h"
#include "dataset/manifest.h"
#include "train/host_part_test_kit.h"
#include "train/host_record.h"
#include "train/run_record.h"

namespace aforo {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int measure(std::uint32_t processes, std::uint32_t ranks, std::uint64_t steps) {
  std::vector<std::string> packed;
  std::size_t bytes = 0;
  for (std::uint32_t h = 0; h < processes; ++h) {
    HostPart part = made_part(h, {h * ranks, ranks, processes * ranks}, steps, 0.01, "m" + std::to_string(h));
    Packer packer;
    packer(part);
    packed.push_back(packer.take());
    bytes += packed.back().size();
  }
  JobPlan plan;
  DatasetSpec spec;
  spec.samples = 1000;
  const GeneratedLayout layout = GeneratedLayout::planned(spec, dataset_id_of(spec));
  plan.layout = &layout;
  plan.ranks = {0, ranks, processes * ranks};
  RunOptions options;
  const double begin = now();
  std::vector<HostPart> parts(processes);
  for (std::uint32_t h = 0; h < processes; ++h) {
    Unpacker unpacker(packed[h]);
    unpacker(parts[h]);
  }
  const double read = now();
  Json record{{"warnings", Json::array()}};
  add_hosts(record, parts, {}, plan);
  const double described = now();
  const MeasuredJob all = merged(std::move(parts));
  const double done = now();
  plan.ranks = plan.ranks.all;
  add_measurement(record, all, plan, options, layout);
  const std::string text = to_text(record);
  const double end = now();
  fmt::print(
      "{} processes x {} ranks x {} steps, {:.1f} MB: read {:.0f} ms, describe {:.0f} ms, merge {:.0f} ms, Record "
      "{:.0f} ms ({:.1f} MB), together {:.0f} ms\n",
      processes, ranks, steps, static_cast<double>(bytes) / 1e6, (read - begin) * 1e3,
      (described - read) * 1e3, (done - described) * 1e3, (end - done) * 1e3,
      static_cast<double>(text.size()) / 1e6, (end - begin) * 1e3);
  return 0;
}

}  // namespace
}  // namespace aforo

int main(int argc, char** argv) {
  const auto number = [&](int at, unsigned long other) {
    return argc > at ? std::strtoul(argv[at], nullptr, 10) : other;
  };
  return aforo::measure(static_cast<std::uint32_t>(number(1, 1000)), static_cast<std::uint32_t>(number(2, 1)),
                        number(3, 10'000));
}
