#include "storage/faulty_engine.h"

#include <cerrno>

#include "storage/engine_contract.h"

namespace aforo {
namespace {

using Fault = FaultRule::Fault;

class FaultyEngineTest : public testing::Test {
 protected:
  std::unique_ptr<Engine> make(std::vector<FaultRule> rules, Seconds timeout = Seconds{0.02}) {
    files_ = {{"good", content(1000)}, {"bad", content(1000)}};
    return make_faulty_engine(make_memory_engine(files_), std::move(rules), timeout);
  }
  Ask& carry_out(Engine& engine, Ask& ask) {
    engine.start(ask);
    while (!ask.ends) engine.turn(Seconds{1});
    return ask;
  }
  MemoryFiles files_;
  AlignedBuffer buffer_{4096};
};

TEST_F(FaultyEngineTest, FailsTheFilesThatARuleNames) {
  auto engine = make({{.fault = Fault::kError, .path_contains = "ba", .error = EIO}});
  EXPECT_EQ(carry_out(*engine, *Ask::read_file("bad", buffer_.all())).error, EIO);
  EXPECT_EQ(carry_out(*engine, *Ask::read_file("good", buffer_.all())).error, 0);
}

TEST_F(FaultyEngineTest, ReadsKnowTheirFilesPath) {
  auto engine =
      make({{.fault = Fault::kError, .path_contains = "bad", .operation = IoOperation::kRead, .error = EIO}});
  auto good = Ask::open("good"), bad = Ask::open("bad");
  EXPECT_EQ(carry_out(*engine, *good).error, 0);
  EXPECT_EQ(carry_out(*engine, *bad).error, 0);
  EXPECT_EQ(carry_out(*engine, *Ask::read(good->file, 0, buffer_.all())).error, 0);
  EXPECT_EQ(carry_out(*engine, *Ask::read(bad->file, 0, buffer_.all())).error, EIO);
}

TEST_F(FaultyEngineTest, StrikesEveryThird) {
  auto engine = make({{.fault = Fault::kError, .every = 3, .error = EIO}});
  std::vector<int> errors;
  for (int i = 0; i < 6; ++i)
    errors.push_back(carry_out(*engine, *Ask::read_file("good", buffer_.all())).error);
  EXPECT_EQ(errors, (std::vector<int>{0, 0, EIO, 0, 0, EIO}));
}

TEST_F(FaultyEngineTest, TruncatesAFile) {
  auto engine = make({{.fault = Fault::kShort, .bytes = 17}});
  auto ask = Ask::read_file("good", buffer_.all());
  EXPECT_EQ(carry_out(*engine, *ask).bytes, 17u);
  EXPECT_EQ(ask->error, 0);
}

TEST_F(FaultyEngineTest, AHungReadTimesOutAndKeepsItsBuffer) {
  auto engine = make({{.fault = Fault::kHang, .path_contains = "bad"}});
  auto hung = Ask::read_file("bad", buffer_.all());
  auto fine = Ask::read_file("good", buffer_.all());
  engine->start(*hung);
  carry_out(*engine, *fine);
  EXPECT_EQ(hung->ends, 0);
  while (!hung->ends) engine->turn(Seconds{1});
  EXPECT_EQ(hung->error, ETIMEDOUT);
  EXPECT_TRUE(hung->buffer_held);
  EXPECT_GE(hung->finished - hung->queued, Seconds{0.02});
}

TEST_F(FaultyEngineTest, ADelayComesAfterTheRead) {
  auto engine = make({{.fault = Fault::kDelay, .delay = Seconds{0.01}}});
  auto ask = Ask::read_file("good", buffer_.all());
  EXPECT_EQ(carry_out(*engine, *ask).bytes, 1000u);
  EXPECT_GE(ask->finished - ask->queued, Seconds{0.01});
}

}  // namespace
}  // namespace aforo
