// Where results may go: not over aforo's own input, not over each other, not into a dataset.
//
// What is a result, an input or a dataset follows from the kinds of the options (answer/option.h).
// Looks at paths, opens nothing.
//
// Two names are one file where the file system says so, or where they resolve to the same path: so
// a file that does not exist yet is told, too. What may lie in between (a link that changes while
// the command runs) is not guarded against: this protects from mistakes, not from malice.
#pragma once

#include "cli/command_line.h"

namespace aforo {

// To be called before anything is opened or run. Throws UserError where two results, or a result
// and a file that this command reads (a workload, a dataset block, a storage file), are one file by
// whatever name or link.
void refuse_results_over_files(const CommandLine& line);

// aforo changes nothing in a dataset. Throws UserError where a result would be written into a
// directory that the command is given, by whatever name or link. To be called before a result is
// opened.
void refuse_results_inside_datasets(const CommandLine& line);

}  // namespace aforo
