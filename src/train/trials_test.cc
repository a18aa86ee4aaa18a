#include "train/trials.h"

#include <gtest/gtest.h>

#include "storage/open_store.h"
#include "storage/request_rate.h"
#include "storage/s3/null_s3_server.h"

namespace aforo {
namespace {

// 2,000 samples/s of a pipeline that reads nothing take half of the time; 4,000 requests/s of this client, two a sample, the
// other half.
TEST(Trials, AClientPaysForThePipelineAndForItsRequests) {
  EXPECT_DOUBLE_EQ(with_requests(2000, {4000}, 2), 1000);
  EXPECT_DOUBLE_EQ(with_requests(2000, {4000}, 0), 2000) << "nothing was asked for";
}

TEST(Trials, OnlyAnObjectStoreHasACeilingOfRequests) {
  EXPECT_FALSE(request_ceiling(*open_store("/tmp"), Bytes{1000}, 1, {}));
  const NullS3Server server(1000);
  RemoteAccess access;
  access.endpoint = "http://127.0.0.1:" + std::to_string(server.port());
  const auto one = request_ceiling(*open_store("s3://data", access), Bytes{1000}, 1, {});
  ASSERT_TRUE(one);
  EXPECT_GT(one->per_second, 0);
}

TEST(Trials, RequestsAreCountedUntilTheTimeIsOver) {
  const NullS3Server server(100);
  RemoteAccess access;
  access.endpoint = "http://127.0.0.1:" + std::to_string(server.port());
  const auto store = open_store("s3://data", access);
  const auto rate = request_rate(*store, {"a", "b"}, Bytes{100}, 4, Seconds{0.2}, {});
  ASSERT_TRUE(rate);
  EXPECT_GT(rate->per_second, 0);
  EXPECT_GT(rate->cpu.value, 0);
  EXPECT_EQ(store->counters().remote->connections, 4u);
  EXPECT_FALSE(request_rate(*store, {}, Bytes{100}, 4, Seconds{0.2}, {}));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(request_rate(*store, {"a"}, Bytes{100}, 4, Seconds{10}, stop.get_token()));
}

}  // namespace
}  // namespace aforo
