// s3_engine_reader: aforo's S3 engine alone, driven as hard as it goes, beside s3_raw_client: the same requests, signed. `--connections`
// requests are always started. One thread, one line of JSON.
//
//   s3_engine_reader PORT [--connections 8] [--requests 20000] [--size 114660] [--range] [--expected] [--bucket data] [--objects 1]
//                    [--prefix sample-]      objects are PREFIX000000, PREFIX000001, ...; --expected: their size is known
#include <sys/mman.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/s3/s3_engine.h"

namespace {

struct Options {
  std::string port, bucket = "data", prefix = "sample-";
  size_t connections = 8, requests = 20'000, size = 114'660, objects = 1;
  bool range = false, expected = false;
};

[[noreturn]] void not_understood(const char* word) {
  std::fprintf(stderr, "s3_engine_reader: not understood: %s\n", word);
  std::exit(2);
}

Options parse(int argc, char** argv) {
  Options options;
  if (argc < 2) not_understood("(no PORT)");
  options.port = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto text = [&] { return ++i < argc ? argv[i] : ""; };
    const auto number = [&] { return static_cast<size_t>(std::strtoull(text(), nullptr, 10)); };
    if (word == "--connections")
      options.connections = number();
    else if (word == "--requests")
      options.requests = number();
    else if (word == "--size")
      options.size = number();
    else if (word == "--objects")
      options.objects = number();
    else if (word == "--bucket")
      options.bucket = text();
    else if (word == "--prefix")
      options.prefix = text();
    else if (word == "--range")
      options.range = true;
    else if (word == "--expected")
      options.expected = true;
    else
      not_understood(argv[i]);
  }
  return options;
}

class Driver {
 public:
  explicit Driver(const Options& options) : options_(options), asks_(options.connections) {
    const aforo::Environment environment = [](const char* name) -> std::optional<std::string> {
      const char* said = std::getenv(name);
      if (said != nullptr) return said;
      if (std::string_view(name) == "AWS_ACCESS_KEY_ID") return "testkey";
      if (std::string_view(name) == "AWS_SECRET_ACCESS_KEY") return "testsecret";
      return std::nullopt;
    };
    aforo::RemoteAccess access;
    access.endpoint = "http://127.0.0.1:" + options.port;
    aforo::S3EngineSetup setup;
    setup.bucket =
        std::make_shared<const aforo::S3Bucket>(resolve_s3("s3://" + options.bucket, access, environment));
    setup.counters = std::make_shared<aforo::RemoteCounters>();
    setup.clock = std::make_shared<aforo::ServerClock>();
    setup.heads = false;
    aforo::EngineOptions engine;
    engine.depth = static_cast<std::uint32_t>(options.connections);
    engine_ = aforo::make_s3_engine(setup, engine);
    for (size_t i = 0; i < options.objects; ++i) {
      char name[32];
      std::snprintf(name, sizeof name, "%06zu", i);
      names_.push_back(options.prefix + name);
    }
    memory_.resize(options.connections * options.size);
  }

  void run() {
    if (options_.range) open_first();
    for (size_t i = 0; i < asks_.size(); ++i) {
      aforo::IoRequest& ask = asks_[i];
      ask.owner = this;
      ask.operation = options_.range ? aforo::IoOperation::kRead : aforo::IoOperation::kReadFile;
      ask.file = file_;
      ask.buffer = {memory_.data() + i * options_.size, options_.size};
      ask.expected = options_.expected ? options_.size : 0;
      ask.done = [](aforo::IoRequest& r) { static_cast<Driver*>(r.owner)->done(r); };
      next(ask);
    }
    while (done_ < options_.requests) engine_->turn(aforo::Seconds{1});
  }

  size_t bytes() const { return bytes_; }
  size_t errors() const { return errors_; }

 private:
  void open_first() {
    aforo::IoRequest ask;
    ask.operation = aforo::IoOperation::kOpen;
    ask.path = names_.front().c_str();
    ask.done = [](aforo::IoRequest&) {};
    engine_->start(ask);
    while (engine_->in_flight()) engine_->turn(aforo::Seconds{1});
    file_ = ask.file;
  }
  void next(aforo::IoRequest& ask) {
    if (started_ == options_.requests) return;
    ask.path = names_[started_++ % names_.size()].c_str();
    engine_->start(ask);
  }
  void done(aforo::IoRequest& ask) {
    ++done_;
    bytes_ += ask.bytes;
    errors_ += ask.error != 0;
    next(ask);
  }

  const Options& options_;
  std::vector<aforo::IoRequest> asks_;
  std::vector<std::string> names_;
  std::vector<std::byte> memory_;
  std::unique_ptr<aforo::Engine> engine_;
  aforo::EngineFile file_ = aforo::kNoFile;
  size_t started_ = 0, done_ = 0, bytes_ = 0, errors_ = 0;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  Driver driver(options);
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  driver.run();
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto number = static_cast<double>(options.requests);
  std::printf(
      "{\"reader\": \"engine\", \"connections\": %zu, \"requests\": %zu, \"bytes\": %zu, \"errors\": %zu, \"seconds\": %.4f, "
      "\"requests_per_second\": %.0f, \"cpu_us_per_request\": %.2f}\n",
      options.connections, options.requests, driver.bytes(), driver.errors(), wall, number / wall,
      1e6 * (cpu_seconds() - cpu) / number);
  return driver.errors() ? 1 : 0;
}
