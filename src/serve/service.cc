#include "serve/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <utility>
#include <vector>

#include "base/embedded.h"
#include "base/error.h"
#include "base/text.h"
#include "measure/read_json.h"
#include "report/comparison.h"
#include "report/csv.h"
#include "report/html.h"
#include "report/html_page.h"
#include "report/record_file.h"
#include "serve/answers.h"
#include "serve/json_line.h"
#include "serve/offers.h"
#include "serve/read_ask.h"
#include "workload/parse.h"

namespace aforo {

std::span<const EmbeddedFile> embedded_page();  // generated from web/dist and openapi.yaml

namespace {

constexpr std::string_view kPresetPath = "/api/presets/", kRecordPath = "/api/records/",
                           kAssetPath = "/assets/";
constexpr std::string_view kPageFolder = "web/dist";
// Chosen: what a person still compares at a glance, and a table holds.
constexpr std::size_t kMostCompared = 8;

// What comes after a route's path.
std::string rest_of(const HttpRequest& request, std::string_view path) {
  return request.path.substr(path.size());
}

HttpResponse file_response(std::string_view folder, std::string_view name, std::string_view type) {
  for (const EmbeddedFile& file : embedded_page())
    if (file.name == fmt::format("{}/{}", folder, name))
      return {200, std::string(type), std::string(file.bytes)};
  return refusal(404, fmt::format("expected a part of the page, found none called {}", quote(name)));
}

std::string report_of(const std::string& name, const Json& record) {
  const NamedRecord only{name, record};
  return html_report({&only, 1});
}

std::string without_ending(std::string_view name) { return std::string(name.substr(0, name.rfind('.'))); }

HttpResponse record_as(const Json& record, const std::string& name, const std::string& as) {
  if (as.empty()) return {200, std::string(kJsonType), to_text(record)};
  if (as == "html") return {200, std::string(kHtmlType), record_html(record, "figure")};
  if (as == "csv")
    return as_download({200, std::string(kCsvType), record_csv(record)}, without_ending(name) + ".csv");
  if (as == "json") return as_download({200, std::string(kJsonType), to_text(record)}, name);
  if (as == "report")
    return as_download({200, std::string(kHtmlType), report_of(name, record)},
                       without_ending(name) + ".html");
  const std::vector<std::string> known = {"html", "csv", "json", "report"};
  return refusal(
      400, fmt::format("as: expected {}, found {}{}", one_of(known), quote(as), did_you_mean(as, known)));
}

}  // namespace

Service::Service(ServiceOptions options) : options_(std::move(options)), files_(options_.directory) {}

std::span<const Service::Route> Service::routes() {
  static constexpr std::array kRoutes = {Route{"GET", "/", &Service::page},
                                         Route{"GET", kAssetPath, &Service::asset},
                                         Route{"GET", "/openapi.yaml", &Service::openapi},
                                         Route{"GET", "/api/presets", &Service::presets},
                                         Route{"GET", kPresetPath, &Service::preset},
                                         Route{"POST", "/api/size", &Service::size},
                                         Route{"POST", "/api/predict", &Service::predict},
                                         Route{"GET", "/api/records", &Service::records},
                                         Route{"GET", kRecordPath, &Service::record},
                                         Route{"GET", "/api/compare", &Service::compare},
                                         Route{"POST", "/api/report", &Service::report},
                                         Route{"GET", "/api/live", &Service::live},
                                         Route{"GET", "/api/state", &Service::state}};
  return kRoutes;
}

HttpResponse Service::answer(const HttpRequest& request) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::string_view allowed;
  try {
    for (const Route& route : routes()) {
      const bool folder = route.path.size() > 1 && route.path.ends_with('/');
      if (folder ? !request.path.starts_with(route.path) : request.path != route.path) continue;
      if (route.method == method) return (this->*route.answer)(request);
      allowed = route.method;
    }
    if (allowed.empty())
      return refusal(
          404, fmt::format("expected an address of aforo, found {}; see /openapi.yaml", quote(request.path)));
    HttpResponse out =
        refusal(405, fmt::format("expected {} there, found {}", allowed, quote(request.method)));
    out.headers.emplace_back("Allow", allowed);
    return out;
  } catch (const NoSuchFile& error) {
    return refusal(404, error.what());
  } catch (const UserError& error) {
    return refusal(400, error.what());
  } catch (const std::bad_alloc&) {
    return refusal(503, "expected enough memory for this answer, found none left");
  } catch (const std::exception& error) {
    return refusal(500, fmt::format("a defect of aforo, please report it: {}", error.what()));
  }
}

HttpResponse Service::page(const HttpRequest&) { return file_response(kPageFolder, "app.html", kHtmlType); }

HttpResponse Service::asset(const HttpRequest& request) {
  const std::string name = rest_of(request, kAssetPath);
  if (name.ends_with(".css")) return file_response(kPageFolder, name, "text/css; charset=utf-8");
  if (name.ends_with(".js")) return file_response(kPageFolder, name, "text/javascript; charset=utf-8");
  return refusal(404, fmt::format("expected a script or a style of the page, found {}", quote(name)));
}

HttpResponse Service::openapi(const HttpRequest&) {
  return file_response("src/serve", "openapi.yaml", kYamlType);
}

HttpResponse Service::presets(const HttpRequest&) {
  const std::lock_guard lock(offers_mutex_);
  if (offers_.empty()) offers_ = json_line(offers());
  return {200, std::string(kJsonType), offers_};
}

HttpResponse Service::preset(const HttpRequest& request) {
  const std::string name = rest_of(request, kPresetPath);
  const std::vector<std::string> names = preset_names();
  if (std::find(names.begin(), names.end(), name) == names.end())
    return refusal(404,
                   fmt::format("expected a preset's name, found {}{}", quote(name), suggest_preset(name)));
  return {200, std::string(kYamlType), std::string(preset_text(name))};
}

HttpResponse Service::size(const HttpRequest& request) {
  const Json body = read_json(request.body, "a request");
  HttpResponse out{200, std::string(kEventsType)};
  out.events = work_.begin(page_of(body), [ask = read_size_ask(body), started = options_.started()](
                                              WorkPiece& piece) { say_sizes(ask, started, piece); });
  return out;
}

HttpResponse Service::predict(const HttpRequest& request) {
  const Json body = read_json(request.body, "a request");
  PredictAsk ask = read_predict_ask(body, [this](const std::string& name) { return files_.yaml(name); });
  HttpResponse out{200, std::string(kEventsType)};
  out.events = work_.begin(page_of(body), [ask = std::move(ask), started = options_.started()](
                                              WorkPiece& piece) { say_prediction(ask, started, piece); });
  return out;
}

HttpResponse Service::records(const HttpRequest&) { return json_response(files_.list()); }

HttpResponse Service::record(const HttpRequest& request) {
  const std::string name = rest_of(request, kRecordPath);
  return record_as(files_.record(name), name, request.asked("as"));
}

HttpResponse Service::compare(const HttpRequest& request) {
  const std::vector<std::string> names = request.all_asked("name");
  if (names.size() < 2 || names.size() > kMostCompared)
    throw UserError(
        fmt::format("name: expected 2 to {} Records to compare, found {}", kMostCompared, names.size()));
  std::vector<NamedRecord> records;
  for (const std::string& name : names) records.push_back({name, files_.record(name)});
  Document beside = comparison_of(records);
  if (beside.sections.empty())
    beside.append(Text{"No two of these answer the same question about the same job: nothing is compared.",
                       Tone::kWarn});
  return json_response({{"html", to_html(beside, "compare", "beside")}});
}

HttpResponse Service::report(const HttpRequest& request) {
  const Json record = parse_record(request.body);
  return as_download({200, std::string(kHtmlType), report_of("", record)}, "report.html");
}

HttpResponse Service::live(const HttpRequest&) {
  if (options_.live == nullptr)
    return refusal(404, "expected a run in progress, found none; 'aforo run --serve' shows one");
  HttpResponse out{200, std::string(kEventsType)};
  out.events = options_.live->listen();
  return out;
}

HttpResponse Service::state(const HttpRequest&) {
  const Work::Counts counts = work_.counts();
  return json_response({{"running", counts.running}, {"waiting", counts.waiting}});
}

}  // namespace aforo
