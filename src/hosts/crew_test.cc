// Several processes of a job as threads of this one: they meet, exchange, refuse, and lose each other.
#include "hosts/crew.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <functional>
#include <map>
#include <thread>

#include "hosts/launch.h"
#include "hosts/test_crews.h"
#include "pipeline/task.h"
#include "world/home_loop.h"

namespace aforo {
namespace {

// Home, as RealWorld has it: meets the others with these votes one after another.
std::vector<Vote> met_in_job(Crew& crew, const std::vector<Vote>& votes) {
  HomeLoop home;
  std::vector<Vote> heard;
  bool done = false;
  struct Seat {
    Crew& crew;
    Meeting meeting;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      meeting.parcel.handle = handle;
      crew.meet(meeting);
    }
    Vote await_resume() const noexcept { return meeting.vote; }
  };
  spawn(
      [](Crew& c, HomeLoop& h, const std::vector<Vote>& v, std::vector<Vote>& out) -> Task<> {
        for (const Vote vote : v) out.push_back(co_await Seat{c, {vote, &h, {}}});
      }(crew, home, votes, heard),
      [&done] { done = true; });
  home.run([&] { return done; });
  return heard;
}

// A job of these meetings, which the host leaves at the end if told to.
std::vector<Vote> met(Crew& crew, const std::vector<Vote>& votes, std::optional<Vote> last = std::nullopt) {
  crew.begin_job();
  const std::vector<Vote> heard = met_in_job(crew, votes);
  if (last) crew.leave(*last);
  crew.end_job();
  return heard;
}

TEST(Crew, JoinsVotesAtEveryMeeting) {
  TestHub hub(3);
  std::array<std::vector<Vote>, 3> heard;
  with_crews(hub, [&](Crew& crew) {
    const std::uint32_t h = crew.host();
    heard[h] = met(crew, {{Ending::kNone, h}, {h == 2 ? Ending::kAsked : Ending::kNone, h}});
    // A second job begins when the first has ended everywhere.
    const auto again = met(crew, {{h == 1 ? Ending::kFailed : Ending::kAsked, h}});
    heard[h].insert(heard[h].end(), again.begin(), again.end());
  });
  for (const auto& one : heard)
    EXPECT_EQ(one, (std::vector<Vote>{{Ending::kNone, 0}, {Ending::kAsked, 2}, {Ending::kFailed, 1}}));
}

// Host 1 comes to one meeting and leaves; the others' second meeting has its last word.
TEST(Crew, AHostThatLeftGoesOnVoting) {
  TestHub hub(3);
  std::array<std::vector<Vote>, 3> heard;
  with_crews(hub, [&](Crew& crew) {
    const std::uint32_t h = crew.host();
    const Vote none{Ending::kNone, h};
    heard[h] = h == 1 ? met(crew, {none}, Vote{Ending::kInterrupted, 1}) : met(crew, {none, none});
  });
  EXPECT_EQ(heard[0], (std::vector<Vote>{{Ending::kNone, 0}, {Ending::kInterrupted, 1}}));
  EXPECT_EQ(heard[2], heard[0]);
}

// All have left: no round comes any more, and who still meets hears his own word.
TEST(Crew, AMeetingAfterAllHaveLeftIsAnswered) {
  TestHub hub(2);
  std::array<std::vector<Vote>, 2> heard;
  with_crews(hub, [&](Crew& crew) {
    const Vote mine{Ending::kFailed, crew.host()};
    crew.begin_job();
    crew.leave(mine);
    heard[crew.host()] = met_in_job(crew, {mine});
    crew.end_job();
  });
  for (std::uint32_t h = 0; h < 2; ++h) EXPECT_EQ(heard[h], (std::vector<Vote>{{Ending::kFailed, h}}));
}

TEST(Crew, ExchangesPartsAndNames) {
  TestHub hub(3);
  std::array<std::string, 3> heard;
  std::array<std::uint32_t, 3> machines{};
  with_crews(hub, [&](Crew& crew) {
    machines[crew.host()] = crew.machines();
    heard[crew.host()] = crew.exchange("part " + crew.name(crew.host()), [](const Crew::Parts& parts) {
      return *parts[0] + ", " + *parts[1] + ", " + *parts[2];
    });
  });
  for (const std::string& one : heard) EXPECT_EQ(one, "part a, part b (process 1), part b (process 2)");
  for (const std::uint32_t one : machines) EXPECT_EQ(one, 2u);
}

TEST(Crew, ARefusalEndsItForAllAndIsSaidByTheFirst) {
  TestHub hub(3);
  std::array<std::string, 3> said;
  std::atomic<int> elsewhere{0};
  with_crews(hub, [&](Crew& crew) {
    if (crew.host() == 2) {
      EXPECT_TRUE(crew.refuse("expected a dataset, found none"));
      return;
    }
    try {
      crew.exchange("", [](const Crew::Parts&) { return ""; });
    } catch (const SaidByFirst&) {
      ++elsewhere;
    } catch (const UserError& error) {
      said[crew.host()] = error.what();
    }
    crew.give_up();
  });
  EXPECT_EQ(said[0], "b (process 2): expected a dataset, found none");
  EXPECT_EQ(elsewhere, 1);
}

TEST(Crew, WhatTheFirstCannotMakeOfThePartsEndsItForAll) {
  TestHub hub(2);
  std::atomic<int> ended{0};
  with_crews(hub, [&](Crew& crew) {
    try {
      crew.exchange("", [](const Crew::Parts&) -> std::string { throw UserError("they differ"); });
    } catch (const SaidByFirst&) {
      EXPECT_EQ(crew.host(), 1u);
      ++ended;
    } catch (const UserError& error) {
      EXPECT_STREQ(error.what(), "they differ");
      ++ended;
    }
  });
  EXPECT_EQ(ended, 2);
}

TEST(Crew, RefusesOtherVersions) {
  TestHub hub(2);
  std::atomic<int> ended{0};
  std::vector<std::thread> threads;
  for (std::uint32_t h = 0; h < 2; ++h)
    threads.emplace_back([&, h] {
      try {
        Crew crew([&] { return std::make_unique<TestWire>(hub, h); }, {h ? "2" : "1", "a"}, {});
      } catch (const SaidByFirst&) {
        EXPECT_EQ(h, 1u);
        ++ended;
      } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find('2'), std::string::npos) << error.what();
        ++ended;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended, 2);
}

// Host 1 falls silent in the middle of a job: the others' meeting ends as failed, and its part is absent.
TEST(Crew, AHostThatFallsSilentIsGone) {
  TestHub hub(3);
  std::array<std::vector<Vote>, 3> heard;
  std::array<std::string, 3> parts;
  std::atomic<bool> lonely{false};
  with_crews(
      hub,
      [&](Crew& crew) {
        const std::uint32_t h = crew.host();
        const Vote none{Ending::kNone, h};
        if (h == 1) hub.cut(1);
        heard[h] = met(crew, {none, none});
        try {
          parts[h] = crew.exchange("here", [](const Crew::Parts& all) {
            return std::string(all[1] ? "1" : "") + (all[2] ? "2" : "");
          });
        } catch (const SaidByFirst&) {
        } catch (const UserError&) {
          EXPECT_EQ(h, 1u);
          lonely = true;
        }
        if (h == 0) {
          EXPECT_EQ(crew.gone(), std::vector<std::uint32_t>{1});
        }
      },
      {}, Seconds{2});
  EXPECT_EQ(heard[0].front(), (Vote{Ending::kFailed, 1}));
  EXPECT_EQ(heard[2].front(), (Vote{Ending::kFailed, 1}));
  EXPECT_EQ(heard[1].front(), (Vote{Ending::kFailed, 0}));
  EXPECT_EQ(parts[0], "2");
  EXPECT_EQ(parts[2], "2");
  EXPECT_TRUE(lonely);
}

// One clock for all: what is measured lies within what is said of it.
TEST(Crew, MeasuresClocksWithTheirError) {
  TestHub hub(3);
  with_crews(hub, [&](Crew& crew) {
    crew.exchange("", [&](const Crew::Parts&) {
      const auto clocks = crew.measure_clocks();
      for (std::uint32_t h = 1; h < 3; ++h) {
        EXPECT_LE(std::abs(clocks[h].offset.value), clocks[h].uncertainty.value);
        EXPECT_LT(clocks[h].uncertainty.value, 1.0);
      }
      return "";
    });
  });
}

TEST(Launch, IsReadFromWhatLaunchersLeave) {
  const auto of = [](std::map<std::string, std::string, std::less<>> set) {
    return launch_of([set](std::string_view name) {
      const auto found = set.find(name);
      return found == set.end() ? std::string() : found->second;
    });
  };
  EXPECT_TRUE(of({}).alone());
  EXPECT_TRUE(of({{"OMPI_COMM_WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}}).alone());
  EXPECT_TRUE(of({{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}).alone()) << "a batch script";
  const Launch mpirun = of({{"OMPI_COMM_WORLD_SIZE", "4"},
                            {"OMPI_COMM_WORLD_RANK", "2"},
                            {"SLURM_STEP_NUM_TASKS", "2"},
                            {"SLURM_PROCID", "1"}});
  EXPECT_EQ(mpirun.process, 2u);
  EXPECT_EQ(mpirun.processes, 4u);
  EXPECT_EQ(of({{"SLURM_STEP_NUM_TASKS", "3"}, {"SLURM_PROCID", "1"}}).by, "SLURM_STEP_NUM_TASKS");
  EXPECT_FALSE(of({{"SLURM_STEP_NUM_TASKS", "3"}, {"SLURM_PROCID", "1"}}).joins);
  EXPECT_TRUE(of({{"SLURM_STEP_NUM_TASKS", "3"}, {"SLURM_PROCID", "1"}, {"PMIX_RANK", "1"}}).joins);
  EXPECT_TRUE(mpirun.joins);
  EXPECT_TRUE(of({{"PMI_SIZE", "three"}, {"PMI_RANK", "1"}}).alone());
}

}  // namespace
}  // namespace aforo
