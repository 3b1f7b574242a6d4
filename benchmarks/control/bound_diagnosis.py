"""What a rolling horizon did wrong, told by the true cost of what else it could have done.

Two questions are kept apart. *What was lost*: the best of several things is taken after the fact, chance included, so
that this is more than any controller could have gained. *What a thing costs on average*: over all seconds in which it
was tried, whether it paid or not; where that is negative, the optimiser errs in one direction and can be corrected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from statistics import correlation, fmean, median, stdev
from typing import NamedTuple

__all__ = ["DEAREST", "EARLY", "LATE", "WRONG", "Choice", "Move", "as_data", "error_of", "report", "tried_of"]

EARLY, LATE, WRONG = "too early", "too late", "wrong stage"

DEAREST = 10
"""So many errors are shown one by one."""


class Move(NamedTuple):
    """Something else that could be done.

    Attributes
    ----------
    stage
        The stage that is asked for; the running one where it stays.
    stay_s
        For how long it stays at least; 0 = it changes.
    believed_s
        What the optimiser believes that the best plan costs which begins so.
    """

    stage: int
    stay_s: int
    believed_s: float


class Choice(NamedTuple):
    """A second in which an intersection could do one thing or another.

    Attributes
    ----------
    time_s
        When.
    intersection
        Index of the intersection.
    running, wanted
        The stage that ran, and what the optimiser wanted; the same where it wanted to stay.
    since_s
        How long ago the running stage was asked for.
    wanted_believed_s
        What it believed that its own way costs.
    next_s, next_stage
        When the plan that is kept leaves the running stage, seconds from now, and for which; -1 = not soon.
    waiting_veh
        For each stage, how many stand whom it would serve.
    moves
        What else could be done.
    costs_s
        What each truly costs more than the plan that is kept, in s of delay of everybody; where it was given up,
        at least that.
    taken
        Which of them was done; -1 = none, the plan was kept.
    """

    time_s: float
    intersection: int
    running: int
    wanted: int
    since_s: float
    wanted_believed_s: float
    next_s: int
    next_stage: int
    waiting_veh: tuple[float, ...]
    moves: tuple[Move, ...]
    costs_s: tuple[float, ...]
    taken: int


def error_of(choice: Choice) -> str:
    """Say what was wrong with what the optimiser wanted, seen from what was done instead."""
    move = choice.moves[choice.taken]
    if move.stay_s:
        return EARLY
    if choice.wanted == choice.running and move.stage == choice.next_stage:
        return LATE
    return WRONG


def tried_of(choice: Choice, move: Move) -> str:
    """Say what was tried out, in words."""
    if move.stay_s:
        return f"wants to change: stay {move.stay_s} s longer"
    if choice.wanted != choice.running:
        return "wants to change: to another stage"
    if move.stage == choice.next_stage:
        return "wants to stay: change now, to what follows anyway"
    return "wants to stay: change now, to something else"


def as_data(choice: Choice, places: Sequence[str], stages: Sequence[Sequence[str]]) -> dict[str, object]:
    """Return a choice as JSON data, with ids.

    Parameters
    ----------
    choice
        The choice.
    places
        Ids of the intersections.
    stages
        Ids of their stages.
    """
    names = stages[choice.intersection]
    waits = choice.wanted == choice.running
    own = {"does": "stays" if waits else "changes", "stage": names[choice.wanted], "stay_s": 0}
    moves = [
        {
            "does": "stays" if move.stay_s else "changes",
            "stage": names[move.stage],
            "stay_s": move.stay_s,
            "believed_s": round(move.believed_s, 1),
            "true_s": round(cost_s, 1),
        }
        for move, cost_s in zip(choice.moves, choice.costs_s, strict=True)
    ]
    return {
        "time_s": choice.time_s,
        "intersection": places[choice.intersection],
        "running": names[choice.running],
        "since_s": round(choice.since_s, 1),
        "waiting_veh": {name: round(veh, 1) for name, veh in zip(names, choice.waiting_veh, strict=True)},
        "leaves_in_s": choice.next_s,
        "leaves_for": names[choice.next_stage] if choice.next_s >= 0 else "",
        "optimiser": {**own, "believed_s": round(choice.wanted_believed_s, 1), "true_s": 0.0},
        "others": moves,
        "error": error_of(choice) if choice.taken >= 0 else "",
        "taken": choice.taken,
    }


def report(choices: Sequence[Choice], places: Sequence[str], least_s: float = 5.0) -> list[str]:
    """Return what went wrong, as lines of Markdown.

    Parameters
    ----------
    choices
        Of one run or of several of one map.
    places
        Ids of the intersections.
    least_s
        Errors that cost less are counted apart.
    """
    done = [choice for choice in choices if choice.taken >= 0]
    tried = [
        (choice, move, cost_s) for choice in choices for move, cost_s in zip(choice.moves, choice.costs_s, strict=True)
    ]
    saved_s = sum(map(_lost_s, done))
    return [
        f"{len(choices)} seconds were looked at, {len(tried)} other things tried.",
        f"In {len(done)} of the seconds one was done instead, which saved {saved_s:.0f} s altogether.",
        "",
        f"What was lost, by what the optimiser did (where it lost more than {least_s:g} s):",
        "",
        *_losses([choice for choice in done if _lost_s(choice) > least_s], error_of, "the optimiser was"),
        "",
        "And where:",
        "",
        *_losses(
            [choice for choice in done if _lost_s(choice) > least_s],
            lambda choice: f"{places[choice.intersection]}, {error_of(choice)}",
            "intersection",
        ),
        "",
        f"The {DEAREST} dearest were {_share(done):.0%} of all that was lost:",
        "",
        *_dearest(done, places),
        "",
        "What a thing truly costs on average, over all seconds in which it was tried:",
        "",
        *_means(tried),
    ]


def _lost_s(choice: Choice) -> float:
    return -choice.costs_s[choice.taken]


def _losses(done: Iterable[Choice], key: Callable[[Choice], str], head: str) -> list[str]:
    found: dict[str, list[float]] = {}
    for choice in done:
        found.setdefault(key(choice), []).append(_lost_s(choice))
    rows = sorted(found.items(), key=lambda row: -sum(row[1]))
    lines = [f"| {name} | {len(lost)} | {sum(lost):.0f} | {fmean(lost):.1f} |" for name, lost in rows]
    return [f"| {head} | times | lost, s | mean, s |", "|---|---|---|---|", *lines]


def _share(done: Sequence[Choice]) -> float:
    """Return the share of the dearest errors in all that was lost."""
    lost_s = sorted(map(_lost_s, done), reverse=True)
    return sum(lost_s[:DEAREST]) / sum(lost_s) if lost_s else 0.0


def _dearest(done: Iterable[Choice], places: Sequence[str]) -> list[str]:
    rows = sorted(done, key=lambda choice: (-_lost_s(choice), choice.time_s))[:DEAREST]
    lines = [
        f"| {choice.time_s:.0f} | {places[choice.intersection]} | {error_of(choice)} | {choice.running}, "
        f"{choice.since_s:.0f} s | {_words(choice)} | {_done(choice.moves[choice.taken])} | "
        f"{', '.join(f'{veh:.0f}' for veh in choice.waiting_veh)} | {_lost_s(choice):.0f} |"
        for choice in rows
    ]
    return [
        "| time, s | intersection | it was | stage, since | it wanted to | better | waiting, by stage | lost, s |",
        "|---|---|---|---|---|---|---|---|",
        *lines,
    ]


def _words(choice: Choice) -> str:
    return "stay" if choice.wanted == choice.running else f"change to {choice.wanted}"


def _done(move: Move) -> str:
    return f"stay {move.stay_s} s" if move.stay_s else f"change to {move.stage}"


def _means(tried: Iterable[tuple[Choice, Move, float]]) -> list[str]:
    found: dict[str, list[tuple[float, float]]] = {}
    for choice, move, cost_s in tried:
        believed_s = move.believed_s - choice.wanted_believed_s
        found.setdefault(tried_of(choice, move), []).append((cost_s, believed_s))
    lines = [f"| {name} | {_mean_row(rows)} |" for name, rows in sorted(found.items())]
    return [
        "| what | times | true mean, s | ± | median | pays in | believed mean, s | correlation |",
        "|---|---|---|---|---|---|---|---|",
        *lines,
    ]


def _mean_row(rows: Sequence[tuple[float, float]]) -> str:
    true_s, believed_s = ([row[k] for row in rows] for k in range(2))
    error_s = 1.96 * stdev(true_s) / sqrt(len(rows)) if len(rows) > 1 else float("nan")
    varied = len(rows) > 2 and len(set(true_s)) > 1 and len(set(believed_s)) > 1
    linked = f"{correlation(true_s, believed_s):.2f}" if varied else "-"
    pays = sum(cost_s < 0 for cost_s in true_s) / len(rows)
    return (
        f"{len(rows)} | {fmean(true_s):.1f} | {error_s:.1f} | {median(true_s):.1f} | {pays:.0%} | "
        f"{fmean(believed_s):.1f} | {linked}"
    )
