// How a job's lanes are made and how long it may run: what every real run takes, whoever asks for it.
#pragma once

#include <string>

#include "base/units.h"

namespace aforo {

// Plain data, judged where it is used: an unknown engine or an absent directory is a UserError of make_lanes.
struct JobSettings {
  std::string directory;
  std::string engine = "auto";  // auto | io_uring | threads | null
  unsigned io_threads = 0;      // 0 = one per available core
  Seconds io_timeout{30};
  Seconds hard_limit{0};  // stop like Ctrl-C after this long, even inside a step; 0 = none
};

}  // namespace aforo
