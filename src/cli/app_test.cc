// Sessions inside one process: words in, words out, exit code.
#include "cli/app.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "answer/predict.h"
#include "answer/size.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Session {
  int code;
  std::string out, err;
};

Session aforo_says(std::vector<std::string> words) {
  std::ostringstream out, err;
  Console console{out, err};
  const int code = run_aforo(words, console);
  return {code, out.str(), err.str()};
}

TEST(App, WithoutACommandShowsThemAll) {
  const Session s = aforo_says({});
  EXPECT_EQ(s.code, 2);
  EXPECT_THAT(s.err, HasSubstr("usage: aforo COMMAND"));
  EXPECT_EQ(aforo_says({"--help"}).code, 0);
  EXPECT_THAT(aforo_says({"help"}).out, HasSubstr("usage: aforo COMMAND"));
}

TEST(App, SaysItsVersion) {
  EXPECT_THAT(aforo_says({"--version"}).out, StartsWith("aforo 0."));
  EXPECT_EQ(aforo_says({"version"}).code, 0);
}

TEST(App, HelpOfACommandInThreeSpellings) {
  const std::string text = aforo_says({"size", "--help"}).out;
  EXPECT_THAT(text,
              StartsWith("Say which storage to buy for a job, and what it costs.\n\nusage: aforo size W"));
  EXPECT_EQ(aforo_says({"help", "size"}).out, text);
  EXPECT_EQ(aforo_says({"size", "-h"}).out, text);
  EXPECT_EQ(aforo_says({"size", "--nonsense", "--help"}).out, text);
}

TEST(App, AnUnknownCommandIsGuessed) {
  const Session s = aforo_says({"sise"});
  EXPECT_EQ(s.code, 2);
  EXPECT_THAT(s.err, HasSubstr("found 'sise'; did you mean 'size'?"));
  EXPECT_THAT(s.out, IsEmpty());
}

TEST(App, WhatEndsACommandIsOneSentenceOnStandardError) {
  const Session s = aforo_says({"size", "resnet50_h100", "--capacity", "220"});
  EXPECT_EQ(s.code, 2);
  EXPECT_THAT(s.err, StartsWith("aforo: --capacity: expected"));
  EXPECT_EQ(std::count(s.err.begin(), s.err.end(), '\n'), 1);
}

TEST(Size, OfThreeDUnetIsTheTableValue) {
  // 0.9 x 7 x 146,600,628 B / 0.323 s = 2.859e9 B/s = 2.663 GiB/s.
  const Session s =
      aforo_says({"size", "unet3d_h100", "--accelerators", "1", "--target", "90%", "--full", "--json", "-"});
  ASSERT_EQ(s.code, 0) << s.err;
  const Json record = Json::parse(s.out);
  EXPECT_EQ(record["command"], "size");
  EXPECT_NEAR(record["requirement"]["read_bytes_per_second"].get<double>() / (1 << 30), 2.663, 0.0006);
  EXPECT_FALSE(record["requirement"].contains("checkpoint_bytes")) << "unknown is absent";
  EXPECT_THAT(s.err, HasSubstr("2.66 GiB/s")) << "the page goes where the Record is not";
}

TEST(Size, TakesThePresetOfTheAcceleratorAsked) {
  const Session s =
      aforo_says({"size", "unet3d_h100", "--accelerator-type", "B200", "-n", "1", "--json", "-", "-q"});
  ASSERT_EQ(s.code, 0) << s.err;
  // 0.162 s a step: 5.900 GiB/s at full utilisation.
  EXPECT_NEAR(Json::parse(s.out)["requirement"]["read_bytes_per_second_full"].get<double>() / (1 << 30),
              5.900, 0.0006);
}

TEST(Size, RefusesAnAcceleratorWhoseStepTimeIsNotKnown) {
  const Session s = aforo_says({"size", "unet3d_h100", "--accelerator-type", "mi300x"});
  EXPECT_EQ(s.code, 2);
  EXPECT_THAT(s.err, HasSubstr("expected a step time for mi300x"));
  EXPECT_THAT(s.err, HasSubstr("give --step-time"));
  EXPECT_EQ(aforo_says({"size", "resnet50_h100", "--accelerator-type", "mi300x", "--step-time", "200 ms",
                        "--confirm", "0"})
                .code,
            0);
}

TEST(Size, ARequestOfSeveralSamplesHasTheTimeOfThemAll) {
  // 0.9 x 64 x 400 / 0.224 s = 102,857 samples/s, 114,660.07 / 262,144 requests each: 44,989/s. 64 x 8 in
  // flight: 512 / 44,989/s = 11.38 ms.
  const Session s = aforo_says({"size", "resnet50_h100", "-n", "64", "--where", "cloud", "--provider", "gcp",
                                "--confirm", "0", "--json", "-", "-q"});
  ASSERT_EQ(s.code, 0) << s.err;
  const Json needs = Json::parse(s.out)["requirement"];
  EXPECT_NEAR(needs["iops"].get<double>(), 44989, 1);
  EXPECT_NEAR(needs["request_latency_seconds"].get<double>(), 0.01138, 0.00001);
}

TEST(Size, ExplainsEveryNumber) {
  const Session s = aforo_says({"size", "unet3d_h100", "--where", "cloud", "--provider", "gcp", "--explain"});
  ASSERT_EQ(s.code, 0) << s.err;
  EXPECT_THAT(s.out, HasSubstr("X = t N B / Z"));
  EXPECT_THAT(aforo_says({"size", "unet3d_h100", "--where", "cloud", "--provider", "gcp"}).out,
              Not(HasSubstr("t N B / Z")));
}

TEST(Size, ACapacityBelowTheDatasetIsRefused) {
  const Session s = aforo_says({"size", "resnet50_h100", "--capacity", "1GB"});
  EXPECT_EQ(s.code, 2);
  EXPECT_THAT(s.err, HasSubstr("expected --capacity to hold the job"));
}

// What of a Record does not depend on who asked: a moment, and the options about its results.
Json without_asker(Json record) {
  record.erase("started");
  record["config"]["command_line"].erase("json");
  record["config"]["command_line"].erase("quiet");
  return record;
}

TEST(Size, TheRecordIsThatOfTheAsk) {
  const Session s = aforo_says({"size", "resnet50_h100", "-n", "64", "--where", "cloud", "--provider", "aws",
                                "--confirm", "0", "--json", "-", "-q"});
  ASSERT_EQ(s.code, 0) << s.err;
  SizeAsk ask;
  ask.workload = "resnet50_h100", ask.accelerators = 64, ask.confirm = 0;
  ask.where = Place::kCloud, ask.provider = Provider::kAws;
  const Answer found = answer(ask, {});
  EXPECT_EQ(found.outcome, Outcome::kDone);
  EXPECT_EQ(without_asker(Json::parse(s.out)), without_asker(Json::parse(to_text(found.record))));
}

TEST(Predict, TheRecordIsThatOfTheAsk) {
  const std::string storage = AFORO_SOURCE_DIR "/data/storage/nvme-node.yaml";
  const Session s =
      aforo_says({"predict", "resnet50_h100", storage, "-n", "4", "--method", "closed", "--json", "-", "-q"});
  ASSERT_EQ(s.code, 0) << s.err;
  PredictAsk ask;
  ask.workload = "resnet50_h100", ask.storage = storage, ask.accelerators = 4,
  ask.method = PredictMethod::kClosed;
  EXPECT_EQ(without_asker(Json::parse(s.out)), without_asker(Json::parse(to_text(answer(ask, {}).record))));
}

TEST(Size, EchoesWhatWasGiven) {
  const Session s = aforo_says({"size", "resnet50_h100", "-n", "8", "--where", "cloud", "--provider", "gcp",
                                "--confirm", "0", "loader.workers=3", "--json", "-", "-q"});
  ASSERT_EQ(s.code, 0) << s.err;
  const Json config = Json::parse(s.out)["config"];
  EXPECT_EQ(config["command_line"]["accelerators"], "8");
  EXPECT_EQ(config["command_line"]["assignments"][0], "loader.workers=3");
  EXPECT_THAT(config["yaml"].get<std::string>(), HasSubstr("workers: 3"));
}

TEST(Catalogue, ListsWorkloadsWithTheirDemand) {
  const Session s = aforo_says({"catalogue", "workloads"});
  ASSERT_EQ(s.code, 0) << s.err;
  EXPECT_THAT(s.out, HasSubstr("unet3d_h100"));
  EXPECT_THAT(s.out, HasSubstr("2.96 GiB/s"));
  const Json record = Json::parse(aforo_says({"catalogue", "workloads", "--json", "-", "-q"}).out);
  EXPECT_GE(record["workloads"].size(), 19U);
  for (const Json& row : record["workloads"]) {
    EXPECT_FALSE(row["kind"].get<std::string>().empty()) << row["name"];
    for (const Json& source : row["provenance"])
      EXPECT_FALSE(source["source"].get<std::string>().empty()) << row;
  }
}

TEST(Catalogue, ShowsOneInFullWithItsSources) {
  const Session s = aforo_says({"catalogue", "workloads", "unet3d_h100"});
  ASSERT_EQ(s.code, 0) << s.err;
  EXPECT_THAT(s.out, HasSubstr("batch_size: 7"));
  EXPECT_THAT(s.out, HasSubstr("Where the constants come from"));
  EXPECT_THAT(s.out, HasSubstr("2.96 GiB/s  one accelerator at full utilisation"));
}

TEST(Catalogue, EveryTopicHasATableAndRowsWithTheirFacts) {
  for (const std::string topic :
       {"drives", "nodes", "nics", "services", "accelerators", "hosts", "rates", "prices", "price-history"}) {
    EXPECT_THAT(aforo_says({"catalogue", topic}).out, HasSubstr("[1] ")) << topic;
    const Session s = aforo_says({"catalogue", topic, "--json", "-", "-q"});
    ASSERT_EQ(s.code, 0) << s.err;
    const Json record = Json::parse(s.out);
    EXPECT_EQ(record["topic"], topic);
    const Json& rows = record[topic == "price-history" ? "price_history" : topic];
    EXPECT_GE(rows.size(), 4U) << topic;
    for (const Json& row : rows) {
      EXPECT_THAT((std::vector<std::string>{"measured", "published", "estimated"}),
                  testing::Contains(row["kind"].get<std::string>()));
      EXPECT_FALSE(row["source"].get<std::string>().empty()) << row;
      EXPECT_FALSE(row["date"].get<std::string>().empty()) << row;
    }
  }
}

TEST(Catalogue, RowsAreInSiWithTheirPriceAndWithoutWhatIsUnknown) {
  const auto only = [](const std::string& topic, const std::string& name) {
    const Json record = Json::parse(aforo_says({"catalogue", topic, name, "--json", "-", "-q"}).out);
    EXPECT_EQ(record[topic].size(), 1U) << name;
    return record[topic][0];
  };
  const Json drive = only("drives", "micron 9550 pro");
  EXPECT_EQ(drive["capacity_bytes"], 15'360'000'000'000);
  EXPECT_EQ(drive["read_bytes_per_second"], 14e9);
  EXPECT_EQ(drive["prices"]["capacity"]["item"], "tlc");
  EXPECT_EQ(drive["prices"]["capacity"]["unit"], "USD/TB");
  const Json bucket = only("services", "aws-s3-standard");
  EXPECT_EQ(bucket["requests_per_second"], 5500);
  EXPECT_FALSE(bucket.contains("most_bytes_per_second"));  // no limit is stated
  EXPECT_FALSE(bucket["prices"].contains("iops"));
  EXPECT_FALSE(only("accelerators", "v100")["prices"].contains("purchase"));
}

TEST(Catalogue, AGroupOrAnAcceleratorNamesSeveralRows) {
  const Session prices = aforo_says({"catalogue", "prices", "ssd"});
  EXPECT_THAT(prices.out, HasSubstr("tlc"));
  EXPECT_THAT(prices.out, HasSubstr("qlc"));
  EXPECT_THAT(prices.out, testing::Not(HasSubstr("hdd")));
  const Session rates = aforo_says({"catalogue", "rates", "b200"});
  EXPECT_THAT(rates.out, HasSubstr("retinanet"));
  EXPECT_THAT(rates.out, testing::Not(HasSubstr("h100")));
}

TEST(Catalogue, GuessesNamesAndTopics) {
  EXPECT_THAT(aforo_says({"catalogue", "workload"}).err, HasSubstr("did you mean 'workloads'?"));
  EXPECT_THAT(aforo_says({"catalogue", "workloads", "unet3d_h10"}).err,
              HasSubstr("did you mean 'unet3d_h100'?"));
  EXPECT_THAT(aforo_says({"catalogue", "workloads", "unet3"}).err,
              HasSubstr("did you mean 'unet3d_a100' or "));
  EXPECT_THAT(aforo_says({"catalogue", "drive"}).err, HasSubstr("did you mean 'drives'?"));
  EXPECT_THAT(aforo_says({"catalogue", "prices", "tlcc"}).err, HasSubstr("did you mean 'tlc'?"));
  EXPECT_THAT(aforo_says({"catalogue", "services", "aws-s3-standart"}).err,
              HasSubstr("did you mean 'aws-s3-standard'?"));
  EXPECT_EQ(aforo_says({"catalogue"}).code, 2);
}

}  // namespace
}  // namespace aforo
