"""Factors of intervals, by hand: split conformal on made-up pairs."""
import math
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.environ['AFORO_SOURCE_DIR'], 'bench'))

from accuracy import calibrate, random_report


def pair(predicted, measured, model_error=0.015, spread=(0.02, 0.02)):
    return {'predicted': {'au': predicted, 'simulation': {'au_half_width_by_chance': 0, 'au_by_spread': spread,
                                                          'model_error': model_error}}, 'measured': {'au': measured}}


class CalibrateTest(unittest.TestCase):
    def test_a_score_is_the_miss_over_the_half_width_on_its_side(self):
        # (0.02^2 + 0.015^2)^(1/2) = 0.025 where storage is slower, (0.008^2 + 0.015^2)^(1/2) = 0.017 where faster.
        self.assertAlmostEqual(calibrate.score(pair(0.9, 0.85, spread=(0.02, 0.008))), 2)
        self.assertAlmostEqual(calibrate.score(pair(0.8, 0.834, spread=(0.02, 0.008))), 2)
        self.assertIsNone(calibrate.score({'predicted': {'au': 0.9}, 'measured': {'au': 0.8}}))

    def test_the_place_of_the_quantile_counts_the_pair_to_come(self):
        scores = list(range(1, 40))  # 39: the 38th holds 95 % of 40, the 20th half
        self.assertEqual(calibrate.conformal(scores, 0.95), 38)
        self.assertEqual(calibrate.conformal(scores, 0.5), 20)
        self.assertEqual(calibrate.conformal(scores[:18], 0.95), math.inf)  # of 18 none holds 95 % of 19

    def test_a_class_with_few_pairs_has_the_factors_of_all(self):
        found = calibrate.factors([('kPastCache', 1.0)] * 80 + [('kCache', 3.0)] * 10)  # 4 of 80 lie outside 95 %
        self.assertEqual(found['kPastCache'], (80, {0.95: (1, True), 0.5: (1, True)}))
        self.assertEqual(found['kCache'], (10, {0.95: (3, False), 0.5: (3, True)}))
        self.assertEqual(found['kAhead'], (0, {0.95: (3, False), 0.5: (1, False)}))

    def test_intervals_are_not_judged_by_what_they_were_calibrated_by(self):
        inside, outside = pair(0.9, 0.9), pair(0.9, 0.5)
        for one in (inside, outside):
            one['predicted']['au_interval'] = (0.85, 0.95)
        self.assertEqual(random_report.holding([inside, outside], 'au_interval'), (1, 2))
        outside['calibrates'] = True
        self.assertEqual(random_report.holding([inside, outside], 'au_interval'), (1, 1))


if __name__ == '__main__':
    unittest.main()
