// The S3 engine over a server in this process, for tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/engine_contract.h"
#include "storage/memory_engine.h"
#include "storage/s3/s3_engine.h"
#include "storage/s3/test_s3_server.h"

namespace aforo {

// The bucket of `server`, objects below `prefix`, as keys that are in no environment reach it.
inline S3EngineSetup s3_setup(const TestS3Server& server, const std::string& prefix = "") {
  const std::string trusted = server.endpoint().starts_with("https") ? server.ca_file() : "";
  const Environment keys = [trusted](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) == "AWS_ACCESS_KEY_ID") return "key";
    if (std::string_view(name) == "AWS_SECRET_ACCESS_KEY") return "secret";
    if (std::string_view(name) == "AWS_CA_BUNDLE" && !trusted.empty()) return trusted;
    return std::nullopt;
  };
  RemoteAccess access;
  access.endpoint = server.endpoint();
  S3EngineSetup setup;
  setup.bucket = std::make_shared<const S3Bucket>(resolve_s3("s3://data/" + prefix, access, keys));
  setup.counters = std::make_shared<RemoteCounters>();
  setup.clock = std::make_shared<ServerClock>();
  return setup;
}

// Of files in memory: each becomes an object when a request names it first.
class S3OverMemory final : public Engine {
 public:
  S3OverMemory(const EngineOptions& options, MemoryFiles& files)
      : files_(files), engine_(make_s3_engine(setup(options), options)) {}
  void start(IoRequest& request) override {
    if (request.path != nullptr && opens_file(request.operation))
      if (const auto found = files_.find(std::string(request.path));
          found != files_.end() && put_.insert(found->first).second)
        server_.put(found->first,
                    {reinterpret_cast<const char*>(found->second.data()), found->second.size()});
    engine_->start(request);
  }
  std::size_t turn(Seconds patience) override { return engine_->turn(patience); }
  void wake() override { engine_->wake(); }
  void hurry(Seconds most) override { engine_->hurry(most); }
  std::size_t in_flight() const override { return engine_->in_flight(); }
  std::string_view name() const override { return engine_->name(); }

 private:
  S3EngineSetup setup(const EngineOptions& options) const {
    S3EngineSetup setup = s3_setup(server_);
    setup.writable = options.owned != nullptr;
    return setup;
  }

  MemoryFiles& files_;
  std::set<std::string> put_;
  TestS3Server server_;
  std::unique_ptr<Engine> engine_;
};

inline std::unique_ptr<Engine> make_s3_over_memory(const EngineOptions& options, MemoryFiles& files) {
  return std::make_unique<S3OverMemory>(options, files);
}

// An engine, a server that goes wrong as it is told to, and the object "sample" below the prefix "p".
class S3EngineFixture : public testing::Test {
 protected:
  static constexpr std::size_t kSample = 100'000;

  void serve(TestS3Server::Options options = {}, Seconds timeout = Seconds{30}, Seconds stall = Seconds{10}) {
    engine_.reset();  // before its server
    server_ = std::make_unique<TestS3Server>(std::move(options));
    server_->put("p/sample", text(kSample));
    setup_ = s3_setup(*server_, "p");
    setup_.stall = stall;
    setup_.writable = true;
    counters_ = setup_.counters;
    options_.timeout = timeout;
    make();
  }
  // Anew, with what `setup_` says.
  void make() { engine_ = make_s3_engine(setup_, options_); }
  ~S3EngineFixture() override { engine_.reset(); }

  // The bytes that test files have.
  static std::string text(std::size_t size) {
    const auto bytes = content(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  Ask& carry_out(Ask& ask) {
    engine_->start(ask);
    while (!ask.ends) engine_->turn(Seconds{1});
    return ask;
  }
  int error_of(const std::unique_ptr<Ask>& ask) { return carry_out(*ask).error; }
  std::unique_ptr<Ask> read(std::uint64_t expected = 0) {
    auto ask = Ask::read_file("sample", buffer_.all(), expected);
    carry_out(*ask);
    return ask;
  }
  void expect_whole(const Ask& ask, std::uint32_t attempts) {
    EXPECT_EQ(ask.error, 0);
    EXPECT_EQ(ask.ends, 1);
    EXPECT_EQ(ask.bytes, kSample);
    EXPECT_EQ(ask.attempts, attempts);
    EXPECT_TRUE(is_content(buffer_.first(ask.bytes)));
  }
  // The first `count` requests meet `fault`.
  void first(unsigned count, FaultPlan fault) {
    server_->faults([count, fault](const SeenRequest&, unsigned number) {
      return number < count ? std::optional(fault) : std::nullopt;
    });
  }
  // The first `count` requests of `method` whose query contains `query`.
  void first_of(unsigned count, std::string method, std::string query, FaultPlan fault) {
    auto met = std::make_shared<unsigned>(0);
    server_->faults([=](const SeenRequest& request, unsigned) {
      const bool meant = request.method == method && request.query.find(query) != std::string::npos;
      return meant && (*met)++ < count ? std::optional(fault) : std::nullopt;
    });
  }
  // "HEAD GET GET".
  std::string methods() const {
    std::string all;
    for (const SeenRequest& request : server_->seen()) all += (all.empty() ? "" : " ") + request.method;
    return all;
  }

  AlignedBuffer buffer_{128 << 10};
  std::unique_ptr<TestS3Server> server_;
  S3EngineSetup setup_;
  EngineOptions options_;
  std::shared_ptr<RemoteCounters> counters_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace aforo
