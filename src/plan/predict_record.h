// Predictions as parts of a Record (docs/record.md). Pure. Each function sets its own keys; notes
// go into `warnings`, none twice. What is not known is left out.
#pragma once

#include <span>

#include "measure/record.h"
#include "plan/advice.h"
#include "plan/predict.h"
#include "plan/predict_max.h"
#include "plan/sweep.h"

namespace aforo {

// Everything of one prediction into the Record: au, au_interval, ..., verdict; its notes into `warnings`.
void add_prediction(Json& record, const Prediction& prediction);

// max_accelerators, its interval, at_limit, threshold, ramp; and the prediction at that number.
void add_max(Json& record, const PredictedMax& found, double target);

// sweep_key, sweep; and advice: lists in the order given.
void add_sweep(Json& record, const Sweep& sweep, std::span<const SweepPoint> points);
void add_advice(Json& record, std::span<const Advice> advice);

// {au, au_interval, samples_per_second, ...}: short, for a measured run's `prediction`.
Json short_prediction(const Prediction& prediction);
Json short_prediction(const PredictedMax& found);

}  // namespace aforo
