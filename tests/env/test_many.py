from __future__ import annotations

from signals.env.many import Many, ManyObservation, ManyReward
from signals.env.observations import JunctionState
from signals.env.rewards import Pressure, Queue, Throughput, WaitDifference


def test_who_can_be_made_for_many_at_once() -> None:
    assert isinstance(JunctionState(), ManyObservation)
    assert [isinstance(reward, ManyReward) for reward in (Queue(), WaitDifference(), Pressure(), Throughput())] == [
        True, True, False, False,
    ]  # fmt: skip


def test_every_column_is_documented() -> None:
    assert all(f"    {name}\n" in (Many.__doc__ or "") or name in (Many.__doc__ or "") for name in Many._fields)
