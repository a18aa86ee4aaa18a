// Files that lie whole on one of several places (disks, pipes) each, at random: how many readers the fullest
// place serves. Balls in bins.
//
// Source: each place holds a binomial number of files, and as good as independently (Poissonisation: Raab and
// Steger, "Balls into Bins", 1998; Mitzenmacher and Upfal, Probability and Computing, 5.4), so that the fullest
// of m places holds at most j with probability F(j)^m. Within 3 % of files that were thrown
// (placed_files_test.cc; least where places are few).
//
// Tens of microseconds. Pure and thread-safe.
#pragma once

namespace aforo {

struct PlacedFiles {
  double files = 1;   // that are read at the same time, each from its own place; need not be whole
  double places = 1;  // >= 1
  // 0: the fullest of all places counts, as all readers wait for each other. Else the fullest of those where
  // that many files of one reader of all lie, > 0.
  double of_one = 0;
};

// E[max(least, M)], M the files at the fullest place. `least` >= 0. With one place M is `files`.
double slowest_place(const PlacedFiles& files, double least);

}  // namespace aforo
