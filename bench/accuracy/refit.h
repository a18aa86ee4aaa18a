// The constants of the AU form from simulated jobs. Pure.
#pragma once

#include <vector>

#include "plan/au_form.h"

namespace aforo {

struct FitPoint {
  AuCase at;
  double au = 0;  // simulated
};

// Least squares by the simplex method of Nelder and Mead (1965), from kLead.
LeadConstants fit_lead(const std::vector<FitPoint>& points);

}  // namespace aforo
