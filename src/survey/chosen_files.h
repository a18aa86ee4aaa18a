// The files that were chosen as samples, listed again.
#pragma once

#include <stop_token>

#include "storage/store.h"
#include "survey/dataset_census.h"

namespace aforo {

// Every file of the choice, to `sink`: see list_dataset. Returns when all is told or a stop is requested.
void list_chosen(const Store& store, const Census& census, const SampleChoice& choice, unsigned threads,
                 const std::stop_token& stop, const ListSink& sink);

}  // namespace aforo
