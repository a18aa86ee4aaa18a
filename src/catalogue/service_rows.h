// The rows of services.csv and egress.csv, typed. Private to the catalogue room; see docs/catalogue.md for the columns.
#pragma once

#include <string>
#include <vector>

#include "catalogue/cloud_service.h"

namespace aforo {

// In the order of the file. Throws UserError as catalogue.h says.
std::vector<CloudService> read_services(const std::string& csv);
std::vector<EgressPrice> read_egress(const std::string& csv);

}  // namespace aforo
