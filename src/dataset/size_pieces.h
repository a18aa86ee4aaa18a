// Sizes as straight pieces of their distribution function, each with the bytes that its sizes have: for
// sizes that no simple law describes (two humps, a few large ones that hold most of the bytes). Pure.
#pragma once

#include "dataset/size_summary.h"
#include "workload/law.h"

namespace aforo {

// kEmpirical with shares; law_mean is the sizes' mean but for rounding, extremes are kept where the pieces
// allow it. Up to a hundred pieces: cut where the distribution of samples or of bytes differs most.
// Requires summary.count() > 0.
Law fit_pieces(const SizeSummary& summary);

}  // namespace aforo
