#include "serve/read_ask.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "measure/read_json.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

SizeAsk size_ask(const std::string& text) { return read_size_ask(read_json(text, "a request")); }

PredictAsk predict_ask(const std::string& text) {
  return read_predict_ask(read_json(text, "a request"),
                          [](const std::string& name) { return "content of " + name; });
}

std::string ask_problem(const std::string& text) {
  try {
    size_ask(text);
    return "";
  } catch (const UserError& error) {
    return error.what();
  }
}

TEST(ReadAsk, ValuesAreReadAsOnACommandLine) {
  const SizeAsk ask =
      size_ask(R"({"workload": "unet3d_h100", "page": "p", "options": {"accelerators": 64, "target": 0.9,
      "capacity": "220TB", "where": "On-Premises", "set": ["loader.workers=8", "loader.prefetch=4"], "explain": true,
      "full": false, "accelerator-type": null, "price": "tlc=100 USD/TB"}})");
  EXPECT_EQ(*ask.workload, "unet3d_h100");
  EXPECT_FALSE(ask.workload_text);
  EXPECT_EQ(*ask.accelerators, 64U);
  EXPECT_EQ(*ask.target, 0.9);
  EXPECT_EQ(ask.capacity->value, 220'000'000'000'000U);
  EXPECT_EQ(*ask.where, Place::kOnPremises);
  EXPECT_EQ((*ask.set).size(), 2U);
  EXPECT_TRUE(*ask.explain);
  EXPECT_FALSE(ask.full.given());
  EXPECT_FALSE(ask.accelerator_type.given());
  EXPECT_EQ((*ask.price).size(), 1U);
}

TEST(ReadAsk, AWorkloadFileComesAsText) {
  Json body;
  body["yaml"] = std::string(preset_text("unet3d_h100"));
  const SizeAsk ask = read_size_ask(body);
  EXPECT_EQ(*ask.workload, "workload.yaml");
  EXPECT_EQ(workload_of(ask).dataset.samples, load_preset("unet3d_h100").dataset.samples);
}

TEST(ReadAsk, AStorageFileComesByNameOrAsText) {
  const PredictAsk named = predict_ask(R"({"workload": "unet3d_h100", "storage": "s.yaml"})");
  EXPECT_EQ(*named.storage, "s.yaml");
  EXPECT_EQ(named.storage_text, "content of s.yaml");
  const PredictAsk sent = predict_ask(R"({"workload": "unet3d_h100", "storage_yaml": "name: x"})");
  EXPECT_EQ(*sent.storage, "storage.yaml");
  EXPECT_EQ(sent.storage_text, "name: x");
}

TEST(ReadAsk, WhatIsUnknownIsNamedWithTheNearest) {
  EXPECT_THAT(ask_problem(R"({"worklod": "x"})"), HasSubstr("did you mean 'workload'?"));
  EXPECT_THAT(ask_problem(R"({"workload": "unet3d_h100", "options": {"acelerators": 1}})"),
              HasSubstr("did you mean 'accelerators'?"));
  EXPECT_THAT(ask_problem(R"({"workload": "unet3d_h100", "options": {"where": "clowd"}})"),
              HasSubstr("did you mean 'cloud'?"));
}

TEST(ReadAsk, WhatIsMissingOrTwiceIsRefused) {
  EXPECT_THAT(ask_problem("{}"), HasSubstr("expected a workload"));
  EXPECT_THAT(ask_problem(R"({"workload": "a", "yaml": "b"})"), HasSubstr("found both"));
  EXPECT_THAT(
      ask_problem(R"({"workload": "unet3d_h100", "options": {"rates": "training", "step-time": "1s"}})"),
      HasSubstr("found both"));
  EXPECT_THROW(predict_ask(R"({"workload": "unet3d_h100"})"), UserError);
}

// A browser names no file of this machine, by whatever option.
TEST(ReadAsk, NoFileIsNamed) {
  for (const char* option :
       {R"("jobs": "j.yaml")", R"("dlio": "d.yaml")", R"("dataset": "d.yaml")", R"("prices": "p.csv")"})
    EXPECT_THAT(ask_problem(fmt::format(R"({{"options": {{{}}}}})", option)), HasSubstr("names no file"))
        << option;
  for (const char* portfolio : {"/etc/passwd", "x.yaml", "../x", "dir/x"})
    EXPECT_THAT(ask_problem(fmt::format(R"({{"options": {{"portfolio": "{}"}}}})", portfolio)),
                HasSubstr("what is shipped"))
        << portfolio;
  for (const char* workload : {"/etc/passwd", "x.yaml", "../unet3d_h100"})
    EXPECT_THAT(ask_problem(fmt::format(R"({{"workload": "{}"}})", workload)), HasSubstr("preset's name"))
        << workload;
  EXPECT_THAT(ask_problem(R"({"options": {"workload": "unet3d_h100"}})"), HasSubstr("beside 'options'"));
  EXPECT_THROW(
      predict_ask(
          R"({"workload": "unet3d_h100", "storage": "s.yaml", "options": {"beside": ["/x.yaml:4"]}})"),
      UserError);
}

TEST(ReadAsk, ValuesOfAnotherTypeAreRefused) {
  for (const char* text :
       {"[]", "5", R"("x")", "null", R"({"workload": 5})", R"({"workload": ""})", R"({"options": []})",
        R"({"page": 1})", R"({"options": {"explain": "yes"}})", R"({"options": {"accelerators": [1, 2]}})",
        R"({"options": {"accelerators": {}}})", R"({"options": {"accelerators": true}})",
        R"({"options": {"set": [["x"]]}})", R"({"options": {"accelerators": -1}})",
        R"({"options": {"accelerators": 1e300}})", R"({"options": {"capacity": 5}})"})
    EXPECT_THAT(ask_problem(text), HasSubstr("expected")) << text;
}

TEST(ReadAsk, SimulatedWorkIsBounded) {
  EXPECT_THAT(ask_problem(R"({"workload": "unet3d_h100", "options": {"accelerators": 100001}})"),
              HasSubstr("at most 100000 accelerators"));
  const auto predict = [](const char* options) {
    predict_ask(
        fmt::format(R"({{"workload": "unet3d_h100", "storage": "s.yaml", "options": {{{}}}}})", options));
  };
  EXPECT_NO_THROW(predict(R"("steps": 100000)"));
  EXPECT_THROW(predict(R"("steps": 100001)"), UserError);
  EXPECT_THROW(predict(R"("set": "accelerator.count=200000")"), UserError);
  EXPECT_THROW(predict(R"("beside": ["a", "a", "a", "a", "a", "a", "a", "a", "a"])"), UserError);
}

}  // namespace
}  // namespace aforo
