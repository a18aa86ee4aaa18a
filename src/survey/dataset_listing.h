// A dataset's files as a store lists them, and what there is to say about that.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/store.h"

namespace aforo {

// Throws UserError where no dataset can lie: no such place, a file, not readable.
// One look; nothing is listed.
void require_place(const Store& store);

// Every file but aforo's own manifests and names that begin with a dot, told apart by extension.
// `threads` call `sink`, several at once, each with its own number. `progress` may be null. Blocks
// until all is listed or a stop is requested. Otherwise as Store::list.
Listing list_dataset(const Store& store, unsigned threads, const std::stop_token& stop,
                     ListCounters* progress, const ListSink& sink);

// A sentence for each sort of thing that the listing left out or could not read;
// none where all was listed.
std::vector<std::string> warnings_of(const Listing& listing);

}  // namespace aforo
