// What an accelerator costs its owner or tenant for a month of 730 hours, and so what an hour of it
// that passes idle is worth. Pure.
//
//   owned     = (purchase + 1/8 host) x (r / (1 - (1 + r)^-n) + support) / 12     n: life.accelerators
//               + kW x 1.33 x 730 h x power x PUE
//   rented    = 730 h x the price of an hour x the share of it that the terms leave
//
// An owned H100 comes to $2.00 an hour where renting one on demand takes $6.88; by hand in
// accelerator_hour_test.cc.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalogue/prices.h"
#include "sizing/design.h"
#include "sizing/need.h"

namespace aforo {

// Accelerators are bought in hosts of so many; the item `host` is one of these.
inline constexpr double kAcceleratorsOfHost = 8;
// A host's other power is taken to be as much as a third of its accelerators'.
inline constexpr double kHostPower = 1.33;

// Whose hosts such accelerators are rented in, storage standing in that cloud; absent: on premises. A service of
// Provider::kOther rents none out: they stand at the provider whose host the catalogue takes for it.
std::optional<Provider> rented_at(std::string_view type, std::optional<Provider> cloud);

// One accelerator for a month: purchases (paid off over life.accelerators) and what is paid
// monthly. Empty where the catalogue has no price for it on these terms. Rented with storage in `cloud`: at the own
// price of the provider whose hosts they stand in (rented_at), where one is known; else, as on premises, at the
// general one.
std::vector<CostLine> accelerator_month(const Accelerator& accelerator, AcceleratorTerms terms,
                                        std::optional<Provider> cloud = {});

// A month's payment for a purchase of 1 of accelerators or hosts, support included. UserError where
// life.accelerators is 0.
double monthly_of_accelerators(const PriceBook& prices);

// USD for an hour on these terms; absent where the type is not in the catalogue or has no such price.
std::optional<double> accelerator_hour(const Workload& workload, AcceleratorTerms terms,
                                       const PriceBook& prices, std::optional<Provider> cloud = {});

// Whether accelerators on these terms can stand there: one's own stand in no cloud.
bool stands_there(AcceleratorTerms terms, std::optional<Provider> cloud);

// The terms that a job's accelerators are paid for on, storage standing in that provider's cloud or on premises: those
// asked for, or those usual there. Where they cannot stand there on them, or have no such price, on demand.
AcceleratorTerms terms_of(const Workload& workload, std::optional<AcceleratorTerms> asked,
                          std::optional<Provider> cloud);

}  // namespace aforo
