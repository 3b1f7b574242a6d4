"""Flows of a route file, and what may be made of them."""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from signals.adapters.sumo.attributes import number, refuse, seconds, whole
from signals.adapters.sumo.safe_xml import Element
from signals.model.trips import DoubleArray

__all__ = ["FLOWS", "copies", "departures", "scaled", "single"]

FLOWS = frozenset({"flow", "personFlow"})
_HOURLY = ("vehsPerHour", "perHour", "personsPerHour")
_RATES = (*_HOURLY, "probability")
_MOST = 10_000_000
"""Travellers of one flow; more of them are a mistake, and would not fit into memory."""
_ENDLESS = _MOST + 1
_REPETITION = frozenset({"end", "period", "number", *_RATES})


def single(flow: Element) -> Element:
    """Return the one traveller that begins a flow.

    A ``personFlow`` becomes a ``person``, a ``flow`` a ``vehicle`` if it has a route and else a ``trip``. What flows in
    the wild carry under names that SUMO does not know (``beginPos`` and the like) is dropped, as SUMO drops it.
    """
    kept = {
        key: value for key, value in flow.attributes.items() if key not in _REPETITION and not key.startswith("begin")
    }
    attributes = {**kept, "depart": flow.attributes.get("begin", "0")}
    if flow.tag == "personFlow":
        tag = "person"
    else:
        routed = "route" in attributes or any(child.tag in {"route", "routeDistribution"} for child in flow.children)
        tag = "vehicle" if routed else "trip"
    return flow._replace(tag=tag, attributes=attributes)


def scaled(flow: Element, factor: float) -> Element:
    """Return a flow with `factor` times as many travellers, factor > 0.

    Rates are multiplied, periods divided; a fixed number is rounded.
    """
    attributes = dict(flow.attributes)
    for key in _RATES:
        if key in attributes:
            attributes[key] = repr(number(flow, key) * factor)
    period = attributes.get("period", "")
    if period.startswith("exp(") and period.endswith(")"):
        rate = flow._replace(attributes={**attributes, "period": period[4:-1]})
        attributes["period"] = f"exp({number(rate, 'period') * factor!r})"
    elif period:
        attributes["period"] = repr(number(flow, "period") / factor)
    if "number" in attributes:
        attributes["number"] = str(max(round(number(flow, "number") * factor), 1))
    if float(attributes.get("probability", "0")) > 1:
        refuse(flow, f"scaled by {factor:g}, its probability exceeds 1")
    return flow._replace(attributes=attributes)


def copies(travellers: int, factor: float) -> int:
    """How often the next traveller departs after `travellers` others, so that their share tends to `factor`."""
    return floor((travellers + 1) * factor + 1e-9) - floor(travellers * factor + 1e-9)


def departures(flow: Element, begin_s: float, end_s: float, stream: np.random.Generator) -> DoubleArray:
    """Return when the travellers of a flow depart during a run, as SUMO has them depart.

    At equal distances for `number`, `period` and hourly rates; as a Poisson process for `period="exp(rate)"`, rate per
    second; in every second at random for `probability`.

    Parameters
    ----------
    flow
        The flow.
    begin_s, end_s
        When the run begins and ends; the flow does so where it does not say when.
    stream
        The random numbers.

    Raises
    ------
    FileError
        When it does not say how many, or contradicts itself.
    """
    first_s, last_s = seconds(flow, "begin", begin_s), seconds(flow, "end", end_s)
    if last_s < first_s:
        refuse(flow, f"it ends at {last_s:g} s, before it begins at {first_s:g} s")
    rate, count = _repetition(flow)
    span_s = max(first_s, begin_s), max(min(last_s, end_s), first_s, begin_s)
    if rate == "number":
        found = first_s + np.arange(count) * ((last_s - first_s) / max(count, 1))
    elif rate == "probability":
        found = _bernoulli(flow, span_s, stream)
    elif flow.attributes[rate].startswith("exp("):
        found = _poisson(flow, span_s if count == _ENDLESS else (first_s, last_s), count, stream)
    else:
        period_s = _period_s(flow, rate)
        amount = _bounded(flow, min(ceil((span_s[1] - first_s) / period_s - 1e-9), count))
        found = first_s + np.arange(amount) * period_s
    return np.asarray(found[(found >= begin_s) & (found < end_s)], np.float64)


def _repetition(flow: Element) -> tuple[str, int]:
    """Return the attribute that says how often the travellers of a flow depart, and how many there are at most."""
    rates = [key for key in ("period", *_RATES) if key in flow.attributes]
    if len(rates) > 1 or not (rates or "number" in flow.attributes):
        refuse(flow, f"expected one of number, period, {', '.join(_RATES)}")
    if rates and {"end", "number"} <= flow.attributes.keys():
        refuse(flow, f"expected end or number beside {rates[0]}, not both")
    count = _bounded(flow, whole(flow, "number")) if "number" in flow.attributes else _ENDLESS
    return rates[0] if rates else "number", count


def _bounded(flow: Element, count: float) -> int:
    if count > _MOST:
        refuse(flow, f"it has more than {_MOST} travellers")
    return int(count)


def _period_s(flow: Element, key: str) -> float:
    value = seconds(flow, key) if key == "period" else number(flow, key)
    if value <= 0:
        refuse(flow, f"{key} must be > 0, got {value:g}")
    return value if key == "period" else 3600.0 / value


def _poisson(flow: Element, span_s: tuple[float, float], count: int, stream: np.random.Generator) -> DoubleArray:
    raw = flow.attributes["period"]
    rate = number(flow._replace(attributes={**flow.attributes, "period": raw[4:].removesuffix(")")}), "period")
    if rate <= 0:
        refuse(flow, f"the rate of the period {raw} must be > 0")
    if count < _ENDLESS:
        return np.asarray(span_s[0] + np.cumsum(stream.exponential(1.0 / rate, count)))
    duration_s = span_s[1] - span_s[0]
    _bounded(flow, rate * duration_s)
    return np.sort(stream.uniform(*span_s, stream.poisson(rate * duration_s)))


def _bernoulli(flow: Element, span_s: tuple[float, float], stream: np.random.Generator) -> DoubleArray:
    chance = number(flow, "probability")
    if not 0 <= chance <= 1:
        refuse(flow, f"probability must be 0 to 1, got {chance:g}")
    each_s = np.arange(np.ceil(span_s[0]), span_s[1])
    return each_s[stream.random(len(each_s)) < chance]
