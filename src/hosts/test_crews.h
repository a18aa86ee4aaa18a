// For tests: what each host of a job does, on a thread of its own, with a Crew over a TestHub.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "hosts/crew.h"
#include "hosts/test_wire.h"

namespace aforo {

// All have ended when this returns. The first is called "a", all others "b". What `act` throws ends the test.
inline void with_crews(TestHub& hub, const std::function<void(Crew&)>& act, std::stop_token stop = {},
                       Seconds silence = Crew::kSilence, const std::string& odd_version = "1") {
  std::vector<std::thread> threads;
  for (std::uint32_t h = 0; h < hub.hosts(); ++h)
    threads.emplace_back([&, h] {
      Crew crew([&] { return std::make_unique<TestWire>(hub, h); },
                {h + 1 == hub.hosts() ? odd_version : "1", h == 0 ? "a" : "b"}, stop, silence);
      act(crew);
    });
  for (std::thread& thread : threads) thread.join();
}

// What a command over several hosts came to: the sentence that ended it at each, as `cli` has it end. "" where none did.
inline std::vector<std::string> said_by_crews(TestHub& hub, const std::function<void(Crew&)>& act,
                                              Seconds silence = Crew::kSilence) {
  std::vector<std::string> said(hub.hosts());
  with_crews(
      hub,
      [&](Crew& crew) {
        try {
          act(crew);
          crew.exchange("", [](const Crew::Parts&) { return ""; });
        } catch (const SaidByFirst&) {
          crew.give_up();
        } catch (const UserError& error) {
          said[crew.host()] = error.what();
          if (crew.refuse(error.what())) said[crew.host()].clear();
        }
      },
      {}, silence);
  return said;
}

}  // namespace aforo
