#include "storage/s3/null_s3_server.h"

#include <gtest/gtest.h>

#include "storage/s3/s3_client.h"
#include "storage/s3/test_s3_engine.h"
#include "storage/s3/test_s3_store.h"

namespace aforo {
namespace {

std::unique_ptr<Store> store_at(const NullS3Server& server) {
  RemoteAccess access;
  access.endpoint = "http://127.0.0.1:" + std::to_string(server.port());
  return open_s3_store("s3://data/p", access);
}

TEST(NullS3Server, AnswersEachGetWithWhatItAsksFor) {
  const NullS3Server server(300'000);
  const auto store = store_at(server);
  EXPECT_EQ(store->size_of("x"), 300'000u);
  const auto file = store->open("x");
  ASSERT_TRUE(file);
  (*file)->expect_jumps();
  std::vector<std::byte> piece(5000);
  EXPECT_EQ((*file)->read(250'000, piece), 5000u);
  EXPECT_EQ(piece.back(), std::byte{'x'});
  EXPECT_EQ(store->counters().remote->bytes_received, 5000u);
}

TEST(NullS3Server, AnswersManyConnectionsAndLargeObjects) {
  const NullS3Server server(3 << 20);  // three pieces of its content
  const auto store = store_at(server);
  EngineOptions options;
  options.depth = 16;
  const auto engine = store->engine(EngineKind::kAuto, options).engine;
  std::vector<AlignedBuffer> buffers;
  for (int i = 0; i < 16; ++i) buffers.emplace_back(std::size_t{3} << 20);
  std::vector<std::unique_ptr<Ask>> asks;
  for (int i = 0; i < 16; ++i) {
    asks.push_back(Ask::read_file("x", buffers[static_cast<std::size_t>(i)].all(), 3 << 20));
    engine->start(*asks.back());
  }
  while (engine->in_flight() > 0) engine->turn(Seconds{1});
  for (const auto& ask : asks) EXPECT_EQ(ask->bytes, std::size_t{3} << 20) << ask->error;
  EXPECT_EQ(store->counters().remote->connections, 16u);
}

TEST(NullS3Server, TakesWhatIsPut) {
  const NullS3Server server(0);
  const auto store = store_at(server);
  EXPECT_EQ(store->size_of("x"), 0u);
  S3Call call;
  call.method = "PUT";
  call.key = "p/y";
  S3EngineSetup setup;
  RemoteAccess access;
  access.endpoint = "http://127.0.0.1:" + std::to_string(server.port());
  const auto none = [](const char*) { return std::optional<std::string>(); };
  S3Client client(std::make_shared<const S3Bucket>(resolve_s3("s3://data", access, none)),
                  std::make_shared<RemoteCounters>(), std::make_shared<ServerClock>());
  EXPECT_TRUE(client.ask(call, std::string(1 << 20, 'b')));
  EXPECT_TRUE(client.ask(call, "short"));
}

}  // namespace
}  // namespace aforo
