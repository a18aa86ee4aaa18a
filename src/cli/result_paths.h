// Where results may go: not over aforo's own input, not over each other, not into a dataset.
#pragma once

#include <string>

#include "cli/arguments.h"

namespace aforo {

// To be called before anything is opened or run. Throws UserError where two results, or a result and a file
// that this command reads (a workload, a dataset block, a storage file), are one file by whatever name or
// link.
void refuse_results_over_files(const Arguments& arguments);

// aforo changes nothing in a dataset. Throws UserError where a result would be written into `directory`,
// by whatever name or link. To be called before a result is opened.
void refuse_results_inside(const Arguments& arguments, const std::string& directory);

}  // namespace aforo
