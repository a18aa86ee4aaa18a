// Storage stands where the accelerators stand: the best design on premises and the best in the cloud, each
// with idle time on its own terms, and what leaving one place for the other costs. Pure.
//
// Formulas: docs/sizing.md section 5; by hand in places_test.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/record.h"
#include "sizing/size.h"

namespace aforo {

// Idle time of one design, accelerators paid for in one way. USD.
struct IdleAt {
  AcceleratorTerms terms = AcceleratorTerms::kOnDemand;
  double hour = 0;  // of one accelerator, mean over those with a price
  double idle = 0;  // a month
};

// The best design of one place.
struct PlaceBest {
  bool cloud = false;
  std::size_t design = 0;  // of SizeResult::designs
  std::string headline;    // a sentence
  // What its bill has idle time at; absent where the price of an hour was given, or where the terms of jobs
  // differ since not every accelerator has a price on those asked for.
  std::optional<AcceleratorTerms> taken;
  // Of every kind of terms on which all the accelerators have a price.
  std::vector<IdleAt> idle;
};

// What it costs not to stand together, at the price of the best cloud design's provider. USD.
struct Moving {
  std::string provider, item;  // of the price book, for the first band of what leaves in a month
  double held = 0;             // bytes that are held now
  double out = 0;              // once, to take them out of the cloud (egress.h); into it costs nothing
  double read = 0;             // bytes a month past the cloud design's caches, at its utilisation
  double across = 0;           // a month, were they read from there on premises
};

// What there is of both; either may be absent.
struct Places {
  std::optional<PlaceBest> on_premises, in_cloud;
  std::optional<Moving> moving;  // where there is a design in the cloud
  std::string cheapest;          // for the accelerators (cheapest_place)
};

// Where the accelerators cost least, of the places where something serves: "on premises", "at AWS"; "" where nothing
// serves, or they cost the same everywhere.
std::string cheapest_place(const Screening& screening, const SizeResult& result);

// ", and $228,000 a month more for the accelerators than on premises"; "" where they are not dearer.
std::string more_text(const Bill& bill, const std::string& cheapest);

Places places(const Screening& screening, const SizeResult& result, const PriceBook& prices);

// best_on_premises, best_in_cloud, moving and accelerators_cheapest of docs/record.md, each where there is one.
void add_places(Json& record, const Places& found);

}  // namespace aforo
