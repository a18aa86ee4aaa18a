// The acts behind the command table: words in, words out. Each returns the exit code and throws UserError.
#pragma once

#include "cli/arguments.h"
#include "cli/console.h"

namespace aforo {

int act_run(const Arguments& arguments, Console& console);
int act_generate(const Arguments& arguments, Console& console);
int act_inspect(const Arguments& arguments, Console& console);
int act_probe(const Arguments& arguments, Console& console);
int act_predict(const Arguments& arguments, Console& console);
int act_size(const Arguments& arguments, Console& console);
int act_catalogue(const Arguments& arguments, Console& console);
int act_reference(const Arguments& arguments, Console& console);

}  // namespace aforo
