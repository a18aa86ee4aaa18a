// What a Record of a job over several processes says of each: a section of the whole page, a phrase of the first screen.
//
// Private to the makers of documents. From any Record; nothing where it has no `hosts`. Pure; never throws.
#pragma once

#include <string>

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

// A table, the slowest first, of kMostHosts rows at most.
inline constexpr std::size_t kMostHosts = 16;
void add_hosts_section(Document& doc, const Json& record);

// What each host did of a dataset or of checkpoints, in their order: a table of what is known, of kMostHosts rows at most.
void add_host_shares(Document& doc, const Json& record);

// "3: node1, node2, node3; node2 is 4.1 ms behind in a step, by its way to storage"
std::string hosts_in_words(const Json& record);

}  // namespace aforo
