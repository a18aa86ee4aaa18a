// Records beside each other, those of one class only: runs and predictions of one job, searches of one job, sizings
// of one job. Pure, thread-safe; never throws for a Record of another shape.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

// A Record, and what it is called where several stand side by side: its file's name.
struct NamedRecord {
  std::string name;
  Json record;
};

// A section for each class that has two Records or more, in the order in which they come; no sections where none has.
Document comparison_of(std::span<const NamedRecord> records);

}  // namespace aforo
