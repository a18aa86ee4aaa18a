// What leaves a cloud and is paid for: a service gives so many times of what it keeps away free of charge in a month
// (free_egress_times of services.csv), the rest is charged in its provider's bands. Pure.
#pragma once

#include <string>
#include <vector>

#include "catalogue/prices.h"
#include "sizing/design.h"

namespace aforo {

// Of so many bytes that leave the design's storage within a month, those that are charged. A design of the cloud.
double charged_egress(const Design& design, double bytes);

// To be kept with a service so that so many bytes leave free of charge every month; 0 where it gives none away.
double kept_for_egress(const CloudService& service, double bytes);

// A line for each band of what is charged, and what they cost all in one month. `share` of everything: of a design a
// quarter as large that gives a quarter as much.
std::vector<CostLine> leaving_lines(const Design& design, double bytes, const std::string& label,
                                    double share = 1);
double leaving_costs(const Design& design, double bytes, const PriceBook& prices, double share = 1);

}  // namespace aforo
