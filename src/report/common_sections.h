// The sections that the pages of several commands share. Each is appended to the document, in the words that
// are the same on every page, or leaves no trace where the Record does not have it.
// Private to the makers of documents. Pure; never throws for a Record of another shape.
#pragma once

#include <string>
#include <vector>

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

// Title facts: "aforo run", the workload, "8 accelerators".
std::vector<Value> title_of(const std::string& what, const Json& record);

// Subtitle facts: the place, then what of the others is known.
std::vector<Value> subtitle_of(Value place, const std::vector<std::string>& others);

// "target AU 90.0 %"; "" where there is none.
std::string target_text(const Json& record);

// Into the rows above: utilisation, good or bad by whether it reaches the target. What falls short never
// reads like the target: 89.97 % of 90.0 % keeps its second digit.
void add_utilisation(Document& doc, const Json& record);

// Into the rows above: utilisation of each epoch, the first dozen; `more` says how many others there are.
void add_epochs(Document& doc, const Json& record, bool more);

// Into the rows above: `samples_per_second` and `bytes_per_second`.
void add_throughput(Document& doc, const std::string& label, const Json& record);

void add_errors(Document& doc, const Json& record);    // count, by kind, examples
void add_warnings(Document& doc, const Json& record);  // and that the Record is partial
void add_verdict(Document& doc, const Json& record);   // sentence, evidence, what to try

}  // namespace aforo
