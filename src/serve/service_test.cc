#include "serve/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "base/test_directory.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() : service_({directory_.path(), [] { return std::string("2026-01-02T03:04:05Z"); }, &live_}) {}

  HttpResponse get(const std::string& path, std::vector<std::pair<std::string, std::string>> query = {}) {
    HttpRequest request;
    request.path = path;
    request.query = std::move(query);
    return service_.answer(request);
  }
  HttpResponse post(const std::string& path, const std::string& body) {
    HttpRequest request;
    request.method = "POST";
    request.path = path;
    request.body = body;
    return service_.answer(request);
  }
  void put(const std::string& name, const std::string& text) { std::ofstream(directory_ / name) << text; }

  TestDirectory directory_;
  Broadcast live_;
  Service service_;
};

std::string said_by(const HttpResponse& response) {
  std::string out;
  while (!response.events->done()) {
    out += response.events->take();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return out;
}

// The data of the first event of that name.
Json event_in(const std::string& said, const std::string& name) {
  const std::string begin = "event: " + name + "\ndata: ";
  const std::size_t at = said.find(begin);
  if (at == std::string::npos) return {};
  return Json::parse(said.substr(at + begin.size(), said.find('\n', at + begin.size()) - at - begin.size()));
}

TEST_F(ServiceTest, ThePageAndItsPartsAreThere) {
  EXPECT_EQ(get("/").status, 200);
  EXPECT_EQ(get("/").type, kHtmlType);
  EXPECT_THAT(get("/assets/app.js").type, StartsWith("text/javascript"));
  EXPECT_THAT(get("/assets/app.css").type, StartsWith("text/css"));
  EXPECT_EQ(get("/assets/report.css").status, 200);
  EXPECT_THAT(get("/openapi.yaml").body, StartsWith("openapi: 3"));
  for (const char* path : {"/assets/", "/assets/app.html", "/assets/../serve.cc", "/assets/x.js", "/app.html",
                           "/api", "/api/", "/x", ""})
    EXPECT_EQ(get(path).status, 404) << path;
}

TEST_F(ServiceTest, MethodsAreKept) {
  HttpRequest request;
  request.path = "/api/size";
  const HttpResponse refused = service_.answer(request);
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers.front().second, "POST");
  EXPECT_EQ(post("/", "{}").status, 405);
  request = {};
  request.method = "HEAD";
  EXPECT_EQ(service_.answer(request).status, 200);
}

TEST_F(ServiceTest, OffersWhatIsShipped) {
  const Json offered = Json::parse(get("/api/presets").body);
  EXPECT_GE(offered["presets"].size(), 30U);
  EXPECT_FALSE(offered["accelerator_types"].empty());
  EXPECT_THAT(get("/api/presets/unet3d_h100").body, HasSubstr("dataset:"));
  EXPECT_THAT(get("/api/presets/unet3d_h10").body, HasSubstr("did you mean 'unet3d_h100'?"));
}

TEST_F(ServiceTest, SizesAtOnceAndThenInFull) {
  const std::string said =
      said_by(post("/api/size", R"({"workload": "unet3d_h100", "options": {"accelerators": 8,
      "where": "cloud", "family": "cloud file service", "confirm": 0}})"));
  const Json early = event_in(said, "early"), answer = event_in(said, "answer");
  ASSERT_TRUE(early.contains("record")) << said;
  ASSERT_TRUE(answer.contains("record")) << said;
  EXPECT_EQ(early["record"]["designs"], answer["record"]["designs"]);
  EXPECT_FALSE(early["record"].contains("advice"));
  EXPECT_EQ(answer["record"]["started"], "2026-01-02T03:04:05Z");
  EXPECT_EQ(answer["record"]["config"]["command_line"]["accelerators"], "8");
  EXPECT_THAT(std::string(answer["html"]), HasSubstr("<article"));
  EXPECT_FALSE(std::string(answer["csv"]).empty());
  EXPECT_EQ(answer["files"].size(), 1U);
}

TEST_F(ServiceTest, PredictsOnAStorageOfTheDirectory) {
  std::ifstream shipped(AFORO_SOURCE_DIR "/data/storage/nvme-node.yaml");
  put("s.yaml", {std::istreambuf_iterator<char>(shipped), {}});
  const std::string said = said_by(post(
      "/api/predict",
      R"({"workload": "unet3d_h100", "storage": "s.yaml", "options": {"accelerators": 2, "no-advice": true}})"));
  EXPECT_TRUE(event_in(said, "early")["record"].contains("au")) << said;
  EXPECT_TRUE(event_in(said, "answer")["record"].contains("au")) << said;
  EXPECT_EQ(post("/api/predict", R"({"workload": "unet3d_h100", "storage": "none.yaml"})").status, 404);
  EXPECT_EQ(post("/api/predict", R"({"workload": "unet3d_h100", "storage": "../s.yaml"})").status, 404);
}

TEST_F(ServiceTest, BadAsksAreRefusedBeforeAnythingBegins) {
  for (const char* body : {"", "{", "[]", "{}", R"({"workload": "x.yaml"})",
                           R"({"workload": "unet3d_h100", "options": {"nodes": 1}})"}) {
    const HttpResponse refused = post("/api/size", body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_THAT(std::string(Json::parse(refused.body)["message"]), HasSubstr("expected")) << body;
  }
  EXPECT_EQ(Json::parse(get("/api/state").body), (Json{{"running", 0}, {"waiting", 0}}));
}

TEST_F(ServiceTest, ShowsRecordsInEveryForm) {
  const std::string record =
      R"({"schema": 1, "command": "run", "au": 0.5, "config": {"workload": "<script>"}})";
  put("a.json", record);
  put("b.json", record);
  EXPECT_EQ(Json::parse(get("/api/records").body)["records"].size(), 2U);
  EXPECT_EQ(Json::parse(get("/api/records/a.json").body), Json::parse(record));
  EXPECT_THAT(get("/api/records/a.json", {{"as", "html"}}).body, HasSubstr("&lt;script&gt;"));
  const HttpResponse csv = get("/api/records/a.json", {{"as", "csv"}});
  EXPECT_THAT(csv.body, HasSubstr("0.5"));
  EXPECT_EQ(csv.headers.front().second, "attachment; filename=\"a.csv\"");
  EXPECT_THAT(get("/api/records/a.json", {{"as", "report"}}).body, StartsWith("<!doctype html>"));
  EXPECT_THAT(get("/api/records/a.json", {{"as", "htm"}}).body, HasSubstr("did you mean 'html'?"));
  EXPECT_EQ(get("/api/records/c.json").status, 404);
  EXPECT_THAT(post("/api/report", record).body, StartsWith("<!doctype html>"));
  EXPECT_EQ(post("/api/report", "{}").status, 400);
}

TEST_F(ServiceTest, ComparesRecords) {
  put("a.json", R"({"schema": 1, "command": "run", "au": 0.5})");
  put("b.json", R"({"schema": 1, "command": "run", "au": 0.7})");
  const std::string html =
      Json::parse(get("/api/compare", {{"name", "a.json"}, {"name", "b.json"}}).body)["html"];
  EXPECT_THAT(html, HasSubstr("50.0"));
  EXPECT_THAT(html, HasSubstr("70.0"));
  EXPECT_EQ(get("/api/compare", {{"name", "a.json"}}).status, 400);
  EXPECT_EQ(get("/api/compare", {{"name", "a.json"}, {"name", "x.json"}}).status, 404);
}

TEST_F(ServiceTest, TellsARunInProgress) {
  live_.status({{"au", 0.5}});
  const HttpResponse response = get("/api/live");
  EXPECT_EQ(response.type, kEventsType);
  EXPECT_THAT(response.events->take(), HasSubstr("event: status"));
  Service alone({directory_.path(), [] { return std::string(); }});
  HttpRequest request;
  request.path = "/api/live";
  EXPECT_EQ(alone.answer(request).status, 404);
}

}  // namespace
}  // namespace aforo
