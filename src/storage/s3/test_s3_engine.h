// The S3 engine over a server in this process, for tests.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>

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

}  // namespace aforo
