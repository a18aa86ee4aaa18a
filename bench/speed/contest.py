"""Contenders on the same files, in turn: A B C, C B A, A B C ... so that a drift of the machine hits all alike.

A contender has configurations to choose from; its best is found first (one short round each) and stated. `follows`
takes another's choice instead: the same block size and depth as the peer that set them.
"""
import sys
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

from .measure import Failed, compare, summary

DISTURBED = 0.10  # share of the machine's CPU


@dataclass
class Contender:
    name: str
    run: Callable  # configuration -> metrics (numbers by name), 'command' among them
    configurations: list = field(default_factory=lambda: [{}])
    follows: Optional[str] = None


@dataclass
class Goal:
    text: str
    wanted: float
    at_least: bool
    value: Callable  # results -> (value, low, high) or None


def say(text):
    print(text, file=sys.stderr, flush=True)


def tune(contender, primary, prepare):
    best, best_value = contender.configurations[0], None
    if len(contender.configurations) == 1:
        return best
    for configuration in contender.configurations:
        prepare()
        value = contender.run(configuration)[primary]
        say(f'    {contender.name} {configuration}: {value:,.0f}')
        if best_value is None or value > best_value:
            best, best_value = configuration, value
    return best


def quiet_turn(contender, configuration, prepare, attempts):
    """One turn; repeated while others took part of the machine; the least disturbed is kept."""
    best = None
    for attempt in range(attempts):
        if attempt:
            say(f'    {contender.name}: others used {best["others_cpu_share"]:.0%} of the CPU, once more')
            time.sleep(5)
        prepare()
        metrics = contender.run(configuration)
        if best is None or metrics['others_cpu_share'] < best['others_cpu_share']:
            best = metrics
        if best['others_cpu_share'] <= DISTURBED:
            break
    return best


def contest(contenders, primary, rounds, prepare=lambda: None, tuning=True):
    """By name: the configuration, the command, and the summary of every metric over the rounds. A contender that
    fails is left out, and why is said."""
    chosen, notes, alive = {}, [], list(contenders)
    for contender in contenders:
        try:
            if contender.follows:
                chosen[contender.name] = chosen.get(contender.follows, contender.configurations[0])
            else:
                chosen[contender.name] = (tune(contender, primary, prepare) if tuning
                                          else contender.configurations[0])
        except Failed as failure:
            notes.append(f'{contender.name} left out: {failure}')
            alive.remove(contender)
    measured = {contender.name: [] for contender in alive}
    for turn in range(rounds):
        for contender in alive if turn % 2 == 0 else alive[::-1]:
            metrics = quiet_turn(contender, chosen[contender.name], prepare, 4 if rounds > 1 else 1)
            measured[contender.name].append(metrics)
            say(f'    {turn + 1}/{rounds} {contender.name}: {metrics[primary]:,.4g}')
    results = {}
    for name, runs in measured.items():
        numbers = [key for key in runs[0] if key != 'command']
        results[name] = {'configuration': chosen[name], 'command': runs[-1]['command'],
                         'metrics': {key: summary([run[key] for run in runs]) for key in numbers}}
    return results, notes


def values(results, name, metric):
    return results[name]['metrics'][metric]['values'] if name in results else None


def ratio_goal(text, wanted, ours, theirs, metric, at_least=True):
    def value(results):
        a, b = values(results, ours, metric), values(results, theirs, metric)
        if not a or not b:
            return None
        compared = compare(a, b)
        return compared['ratio'], compared['paired']['min'], compared['paired']['max']

    return Goal(text, wanted, at_least, value)


def metric_goal(text, wanted, name, metric, at_least=True):
    def value(results):
        if name not in results:
            return None
        found = results[name]['metrics'][metric]
        return found['median'], found['min'], found['max']

    return Goal(text, wanted, at_least, value)


def judge(goals, results):
    judged = []
    for goal in goals:
        found = goal.value(results)
        entry = {'goal': goal.text, 'wanted': goal.wanted, 'at_least': goal.at_least}
        if found:
            entry.update(value=found[0], low=found[1], high=found[2],
                         met=found[0] >= goal.wanted if goal.at_least else found[0] <= goal.wanted)
        judged.append(entry)
    return judged
