#include "serve/live_server.h"

#include <chrono>
#include <exception>
#include <memory>
#include <thread>
#include <utility>

#include "report/html_page.h"
#include "serve/serve.h"

namespace aforo {
namespace {

// Chosen: a browser takes what was said at once, or has gone to sleep; and a socket its last bytes.
constexpr int kMostWaits = 20;
constexpr std::chrono::milliseconds kWait{100};

void set_known(Json& out, const char* key, double value) {
  if (value > 0) out[key] = value;
}

Json status_of(const Progress& progress) {
  Json out = {{"phase", progress.phase}, {"elapsed_seconds", progress.elapsed.value}};
  if (progress.fraction >= 0) out["fraction"] = progress.fraction;
  set_known(out, "au", progress.au);
  set_known(out, "samples_per_second", progress.samples_per_second);
  set_known(out, "bytes_per_second", progress.bytes_per_second);
  if (progress.steps > 0) out["step"] = progress.step;
  if (!progress.job) return out;
  const JobProgress& job = *progress.job;
  out["workload"] = job.workload;
  out["accelerators"] = job.accelerators;
  set_known(out, "au_target", job.au_target);
  set_known(out, "bytes_read", job.bytes_read);
  if (job.bytes_from_storage) out["bytes_from_storage"] = *job.bytes_from_storage;
  set_known(out, "read_p50_seconds", job.read_p50.value);
  set_known(out, "read_p99_seconds", job.read_p99.value);
  out["requests_in_flight"] = job.in_flight;
  if (job.failed > 0) out["failed"] = job.failed;
  return out;
}

}  // namespace

LiveServer::LiveServer(std::function<std::string()> started) {
  const auto listening = std::make_shared<std::promise<std::string>>();
  std::future<std::string> address = listening->get_future();
  ServeAsk ask;
  ask.port.say(0, "0");
  served_ = std::async(std::launch::async, [this, ask, started = std::move(started), listening] {
    bool told = false;
    try {
      serve(ask, {stop_.get_token(), started,
                  [&](const std::string& at) {
                    told = true;
                    listening->set_value(at);
                  },
                  &broadcast_});
    } catch (...) {
      if (told) throw;
      listening->set_exception(std::current_exception());
    }
  });
  address_ = address.get();
}

LiveServer::~LiveServer() {
  stop_.request_stop();
  served_.wait();
}

ProgressSink LiveServer::sink() {
  return [this](const Progress& progress) { broadcast_.status(status_of(progress)); };
}

void LiveServer::finish(const Json& record) {
  broadcast_.answer({{"record", record}, {"html", record_html(record, "live")}});
  if (!broadcast_.heard()) return;
  for (int wait = 0; wait < kMostWaits && !broadcast_.taken(); ++wait) std::this_thread::sleep_for(kWait);
  std::this_thread::sleep_for(kWait);
}

}  // namespace aforo
