#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "workload/law.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;

double demand_bytes_per_second(const Workload& w) {
  return static_cast<double>(w.loader.batch_size) * law_mean(w.dataset.sample_size) /
         law_mean(w.accelerator.step_time);
}

TEST(Presets, AreAllThere) {
  const std::vector<std::string> names = preset_names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_THAT(names,
              IsSupersetOf({"unet3d_a100", "unet3d_h100", "unet3d_b200", "resnet50_a100", "resnet50_h100",
                            "resnet50_files_h100", "cosmoflow_a100", "cosmoflow_h100", "retinanet_b200",
                            "retinanet_mi355", "imagenet_resnet50_h100", "mimic_cxr_densenet_h100",
                            "librispeech_rnnt_h100", "criteo_dlrm_dcnv2_h100", "llama31_8b_tokens_h100"}));
  EXPECT_GE(names.size(), 10u + 12u);
}

TEST(Presets, ComeBackFromTheirEcho) {
  for (const std::string& name : preset_names()) {
    const Workload w = load_preset(name);
    EXPECT_EQ(w.name, name);
    EXPECT_EQ(w.origin, "preset " + name);
    EXPECT_EQ(parse_workload(to_yaml(w), w.origin), w) << to_yaml(w);
  }
}

TEST(Presets, SayWhereTheirConstantsComeFrom) {
  for (const std::string& name : preset_names()) {
    const Workload w = load_preset(name);
    std::vector<std::string> covered;
    for (const Provenance& entry : w.provenance) covered.push_back(entry.field);
    EXPECT_THAT(covered, IsSupersetOf({"dataset.samples", "dataset.sample_size", "accelerator.step_time",
                                       "loader", "training.au_target"}))
        << name;
    if (w.checkpoint.parameters > 0) {
      EXPECT_THAT(covered, Contains("checkpoint")) << name;
    }
    EXPECT_FALSE(w.domain.empty()) << name;
    EXPECT_FALSE(w.description.empty()) << name;
    EXPECT_FALSE(w.accelerator.type.empty()) << name;
  }
}

TEST(Presets, AskForPlausibleBandwidth) {
  // From LLM tokens (about 1 kB/s) to uncompressed X-rays (24 GB/s): nothing outside can
  // be a real accelerator.
  for (const std::string& name : preset_names()) {
    const double demand = demand_bytes_per_second(load_preset(name));
    EXPECT_GT(demand, 1e3) << name;
    EXPECT_LT(demand, 25e9) << name;
  }
}

TEST(Presets, AskForWhatTheBenchmarkAsks) {
  // GiB/s per accelerator at 100 % AU, as published arithmetic gives them (three digits).
  const std::map<std::string, double> published = {
      {"unet3d_a100", 1.503},         {"unet3d_h100", 2.959},    {"unet3d_b200", 5.900},
      {"resnet50_a100", 0.098},       {"resnet50_h100", 0.191},  {"cosmoflow_a100", 0.478},
      {"cosmoflow_h100", 0.753},      {"retinanet_b200", 0.152}, {"retinanet_mi355", 0.152},
      {"resnet50_files_h100", 0.191},
  };
  for (const auto& [name, gib_per_second] : published) {
    EXPECT_NEAR(demand_bytes_per_second(load_preset(name)) / (1 << 30), gib_per_second, 0.0006) << name;
  }
}

TEST(Presets, HaveTheOfficialTargets) {
  for (const std::string& name : preset_names()) {
    double expected = 0.90;
    if (name.starts_with("cosmoflow_")) expected = 0.70;
    if (name.starts_with("retinanet_")) expected = 0.85;
    EXPECT_EQ(load_preset(name).training.au_target, expected) << name;
  }
}

TEST(Presets, RunAtTheRatesTheyCite) {
  // batch / step_time; the step is written with six digits.
  const std::map<std::string, double> rates = {
      {"imagenet_resnet50_h100", 7117},    {"librispeech_rnnt_h100", 1738},
      {"criteo_dlrm_dcnv2_h100", 1669000}, {"openimages_retinanet_h100", 285},
      {"llama31_8b_tokens_h100", 1.15},    {"kits19_unet3d_h100", 70.4}};
  for (const auto& [name, rate] : rates) {
    const Workload w = load_preset(name);
    EXPECT_NEAR(static_cast<double>(w.loader.batch_size) / w.accelerator.step_time.mean / rate, 1, 1e-5)
        << name;
  }
}

TEST(Presets, NamesThatAreNearlyRight) {
  EXPECT_EQ(suggest_preset("unet3d_h10"), "; did you mean 'unet3d_h100'?");
  EXPECT_THAT(suggest_preset("unet3"), testing::HasSubstr("'unet3d_a100' or 'unet3d_b200' or"));
  EXPECT_EQ(suggest_preset("resnet"), suggest_preset("resnet50"));
  EXPECT_EQ(suggest_preset("something-else-altogether"), "");
}

}  // namespace
}  // namespace aforo
