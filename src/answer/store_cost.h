// What the requests and bytes of a run would cost at an object store of the catalogue. Pure but for the shipped catalogue.
#pragma once

#include <string>

#include "catalogue/cloud_service.h"
#include "measure/record.h"

namespace aforo {

// The object store that is called so. Throws UserError, which names those there are.
const CloudService& object_store(const std::string& name);

// `store_cost` into a run's Record that has `requests`: USD of an epoch and of 10^9 bytes read, for requests (a HEAD is
// priced as a GET, a listing as a write), for retrieval, and for egress, which is charged only where the bytes leave the
// provider's cloud; the first band of its price. Nothing where no sample was read.
void add_store_cost(Json& record, const CloudService& service);

}  // namespace aforo
