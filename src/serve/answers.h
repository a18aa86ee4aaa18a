// Asks as work whose findings are said as events: `early` by closed forms, `progress`, then `answer`.
//
// Each runs on the thread of its piece of work, and returns when all is said. Throws UserError, Interrupted.
#pragma once

#include <string>

#include "answer/predict.h"
#include "answer/size.h"
#include "serve/work.h"

namespace aforo {

// `started` stands in the Records.
void say_sizes(const SizeAsk& ask, const std::string& started, WorkPiece& piece);
void say_prediction(const PredictAsk& ask, const std::string& started, WorkPiece& piece);

}  // namespace aforo
