"""Flows of a route file, and what may be made of them."""

from __future__ import annotations

from math import floor

from signals.adapters.sumo.attributes import number, refuse
from signals.adapters.sumo.safe_xml import Element

__all__ = ["FLOWS", "copies", "scaled", "single"]

FLOWS = frozenset({"flow", "personFlow"})
_REPETITION = frozenset({"end", "period", "probability", "number", "vehsPerHour", "perHour"})
_RATES = ("vehsPerHour", "perHour", "probability")


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
