// The page of `aforo checkpoint`.
#pragma once

#include <string>

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

Document checkpoint_document(const Json& record);

// Into a section of its own: the checkpoints that a run wrote. Nothing where it wrote none.
void add_checkpoints_of_run(Document& doc, const Json& record);

// "5 written, 104.7 GiB every 100 steps in 51.2 s each (50.1 s to 53 s), async": of a run or a prediction; "" where it has
// none.
std::string checkpoints_in_words(const Json& record);

}  // namespace aforo
