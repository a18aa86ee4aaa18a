"""Draws that a seed alone decides, whatever the version of Python: only random.random() of a text's hash is used."""
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """Log-uniform from low to high; rounded to three digits, or to whole numbers."""
    low: float
    high: float
    whole: bool = False

    def draw(self, chance):
        value = self.low * (self.high / self.low) ** chance.share()
        value = round(value) if self.whole else float(f'{value:.3g}')
        return min(max(value, self.low), self.high)

    def holds(self, value):
        return self.low <= value <= self.high and (not self.whole or value == int(value))


@dataclass(frozen=True)
class Choice:
    """One of them, each as likely."""
    of: tuple

    def draw(self, chance):
        return self.of[int(chance.share() * len(self.of))]

    def holds(self, value):
        return value in self.of


class Chance:
    """A stream of draws: the same words, the same draws."""

    def __init__(self, *words):
        self._random = random.Random('/'.join(map(str, words)))

    def share(self):
        """From 0 to 1, without 1."""
        return self._random.random()

    def happens(self, probability):
        return self.share() < probability

    def order(self, values):
        """The values in a drawn order."""
        values = list(values)
        for i in range(len(values) - 1, 0, -1):
            j = int(self.share() * (i + 1))
            values[i], values[j] = values[j], values[i]
        return values
