// The JSON of a request as an ask: the same rows that a command line is read by (answer/row.h), so that an option that is
// added there can be asked for here.
//
//   {"workload": "unet3d_h100", "options": {"accelerators": 64, "target": "90%", "set": ["loader.workers=8"]}}
//
// `workload` is a preset's name; `yaml` instead of it a workload file's text. Values are what a person would type, or JSON
// numbers; true gives a flag, false leaves it out; lists are for what may be given several times. `page` tells pages apart.
// No option that names a file is taken, and names of what is shipped only where either may stand: a browser reads no file
// here. Pure; failure: UserError, with the nearest known name.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "answer/predict.h"
#include "answer/size.h"
#include "measure/record.h"

namespace aforo {

// Of what is simulated. Chosen: what takes a minute or two; the command line takes more.
inline constexpr std::uint64_t kMostServedAccelerators = 100'000;
inline constexpr std::uint64_t kMostServedSteps = 100'000;  // of an epoch
inline constexpr std::uint64_t kMostServedBeside = 8;       // other jobs

SizeAsk read_size_ask(const Json& body);

// With `storage`, the name of a storage file that `read_storage` gives the text of, or its text as `storage_yaml`.
PredictAsk read_predict_ask(const Json& body,
                            const std::function<std::string(const std::string&)>& read_storage);

// The page that asks, "" where it does not say.
std::string page_of(const Json& body);

}  // namespace aforo
