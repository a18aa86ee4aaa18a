// What a probe lays where no dataset is.
#include "probe/probe_target.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/test_directory.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

// Two million sizes are drawn before the first file is begun: the time is over by then, which is nobody's Ctrl-C.
TEST(ProbeGround, TooLittleTimeIsNoInterruption) {
  const TestDirectory directory;
  const auto store = open_store(directory / "new");
  ProbeWish wish{"file-1B", {}, {}};
  wish.dataset.sample_size = {.kind = LawKind::kLognormal, .mean = 100, .stddev = 50};
  ProbeGround ground(*store, {}, {wish});
  try {
    ground.lay(wish, Seconds{1e-9}, {}, {});
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("--budget"), std::string::npos) << error.what();
  }
}

TEST(ProbeGround, AStopIsOne) {
  const TestDirectory directory;
  const auto store = open_store(directory / "new");
  ProbeWish wish{"file-1B", {}, {}};
  wish.dataset.sample_size.mean = 100;
  ProbeGround ground(*store, {}, {wish});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(ground.lay(wish, Seconds{1}, stop.get_token(), {}), Interrupted);
}

}  // namespace
}  // namespace aforo
