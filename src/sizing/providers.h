// Which providers rent out hosts with the accelerators that jobs run on: storage in a cloud stands there too. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalogue/catalogue.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// Of the catalogue's providers, those that have hosts for all the jobs. A service of Provider::kOther lies outside
// every accelerator's cloud and is read from any; so is that of every provider where the catalogue does not know
// an accelerator. In the order of the services.
std::vector<Provider> providers_with_hosts(const SizingAsk& ask, const Catalogue& catalogue);

// "AWS", "Google", ...: as sentences say it.
std::string_view title_of(Provider provider);

// Throws UserError where the ask leaves only clouds that rent out no such hosts, with the nearest that does.
void check_provider(const SizingAsk& ask, const Catalogue& catalogue);

// Whether it leaves nothing but designs in the cloud: by its place, provider or family.
bool in_cloud_alone(const SizingAsk& ask);

// Where accelerators may stand for such an ask: on premises (absent), and at those providers.
std::vector<std::optional<Provider>> places_on_offer(const SizingAsk& ask, const Catalogue& catalogue);

}  // namespace aforo
