"""What a controller says it is, as it becomes a cabinet's description."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from signals.adapters.ntcip.exchange import Chunks
from signals.adapters.ntcip.identity import backup_time, identify, info_of
from signals.adapters.ntcip.messages import Answer, Ask, Binding, ErrorStatus, integer, octets
from signals.adapters.ntcip.objects import instance
from signals.adapters.ntcip.settings import Settings
from signals.model.cabinets import CabinetRefusedError, Capability

from .street import Desk, address, firmware, site

SETTINGS = Settings.of(site(), address())


def without(*gone: bytes) -> Callable[[Ask, Answer], Answer]:
    """Answer as a controller that does not have some objects."""

    def change(ask: Ask, answer: Answer) -> Answer:
        for k, binding in enumerate(ask.bindings, 1):
            if binding.oid in gone:
                return Answer(ErrorStatus.NO_SUCH_NAME, k, ask.bindings)
        return answer

    return change


def saying(*bindings: Binding) -> Callable[[Ask, Answer], Answer]:
    """Answer as a controller that says something else."""
    said = {binding.oid: binding for binding in bindings}

    def change(ask: Ask, answer: Answer) -> Answer:
        if all(binding.oid in said for binding in ask.bindings):
            return Answer(0, 0, tuple(said[binding.oid] for binding in ask.bindings))
        return answer._replace(bindings=tuple(said.get(binding.oid, binding) for binding in answer.bindings))

    return change


def test_everything_that_is_told_is_taken() -> None:
    desk = Desk()
    desk.tick(5)
    identity = desk.run(identify(SETTINGS, Chunks(8)))
    assert (identity.make, identity.model, identity.version) == ("signals", "virtual cabinet", "1")
    assert (identity.max_phases, identity.backup_s, dict(identity.cycles_s), identity.volume_s) == (16, 10, {1: 94}, 1)
    info, place = info_of(identity, SETTINGS.phases), site().intersection
    assert info.min_green_ds == tuple(group.min_green_ds for group in place.groups)
    assert info.amber_ds == tuple(group.amber_ds or None for group in place.groups)
    assert info.clearance_ds == tuple(group.clearance_ds or None for group in place.groups)
    assert info.red_amber_ds == (None,) * 12
    assert info.plans == (1,)
    assert Capability.HOLD_FORCE_OFF in info.capabilities
    assert Capability.SPLITS not in info.capabilities
    assert info.intergreen_ds is not None
    for k, row in enumerate(place.intergreen_ds):
        longest = max(between for between in row if between is not None)
        assert info.intergreen_ds[k] == tuple(None if between is None else longest for between in row)


def test_nothing_is_written() -> None:
    desk = Desk()
    desk.run(identify(SETTINGS, Chunks(8)))
    assert {ask.kind.name for ask in desk.asks} == {"GET"}
    assert len(desk.asks) < 40


def test_who_has_no_phases_is_no_controller() -> None:
    with pytest.raises(CabinetRefusedError, match="no traffic signal controller"):
        Desk(change=without(instance("maxPhases", 0))).run(identify(SETTINGS, Chunks(8)))


def test_phases_that_are_expected_must_be_there_and_enabled() -> None:
    with pytest.raises(CabinetRefusedError, match="phase 12 is expected, but it has 8 phases only"):
        Desk(change=saying(integer(instance("maxPhases", 0), 8))).run(identify(SETTINGS, Chunks(8)))
    with pytest.raises(CabinetRefusedError, match="phase 3 is expected, but it is not enabled"):
        Desk(change=saying(integer(instance("phaseOptions", 3), 0b10))).run(identify(SETTINGS, Chunks(8)))


@pytest.mark.parametrize(
    "gone",
    [
        *(
            instance(name, 9)
            for name in ("phasePedestrianClear", "phaseYellowChange", "phaseRedClear", "phaseConcurrency")
        ),
        instance("phaseConcurrency", 1),
    ],
)
def test_intergreens_are_told_as_a_whole_or_not_at_all(gone: bytes) -> None:
    desk = Desk(change=without(gone))
    info = info_of(desk.run(identify(SETTINGS, Chunks(8))), SETTINGS.phases)
    assert info.intergreen_ds is None


def test_phases_conflict_unless_both_say_otherwise() -> None:
    desk = Desk(change=saying(octets(instance("phaseConcurrency", 1), bytes([0, 5]))))
    identity = desk.run(identify(SETTINGS, Chunks(8)))
    assert identity.together(1, 5)
    assert identity.together(1, 2) is False  # phase 2 says that it may be on with 1
    matrix = info_of(identity, SETTINGS.phases).intergreen_ds
    assert matrix is not None
    assert matrix[0][1] == matrix[1][0] == 50


def test_times_that_are_not_told_are_not_made_up() -> None:
    gone = [instance(name, 1) for name in ("phaseMinimumGreen", "phaseWalk", "phaseRing", "phaseOptions")]
    identity = Desk(change=without(*gone)).run(identify(SETTINGS, Chunks(8)))
    assert identity.phases[1][:3] == (None, 0, None)
    assert info_of(identity, SETTINGS.phases).min_green_ds[:2] == (None, 50)


BACKUPS = [instance("unitBackupTime", *index) for index in ((0,), (1,), ())]


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_the_backup_time_is_looked_for_where_controllers_have_it(place: int) -> None:
    other = saying(*(integer(oid, 20 + k) for k, oid in enumerate(BACKUPS)))
    gone = without(*BACKUPS[:place])
    desk = Desk(change=lambda ask, answer: gone(ask, other(ask, answer)))
    assert desk.run(backup_time(Chunks(8))) == (None if place == 3 else 20 + place)


def test_the_backup_time_of_a_user_goes_first() -> None:
    own = instance("unitUserDefinedBackupTime", 0)
    assert Desk(change=saying(integer(own, 33))).run(backup_time(Chunks(8))) == 33
    assert Desk(change=saying(octets(own, b"x"))).run(backup_time(Chunks(8))) == 10
    assert Desk(change=without(own)).run(backup_time(Chunks(8))) == 10
    assert Desk(cabinet=firmware(backup_s=0.0)).run(backup_time(Chunks(8))) == 0


def test_names_go_into_logs_as_text() -> None:
    desk = Desk(change=saying(octets(instance("moduleMake", 1), b"a\x1b[31m\n\xff" + b"x" * 99)))
    assert desk.run(identify(SETTINGS, Chunks(8))).make == ("a?[31m?\ufffd" + "x" * 99)[:64]


def test_patterns_are_bounded() -> None:
    few = Settings.of(site(), address(patterns=0))
    assert dict(Desk().run(identify(few, Chunks(8))).cycles_s) == {}
    many = saying(integer(instance("maxPatterns", 0), 255))
    desk = Desk(change=many)
    assert dict(desk.run(identify(SETTINGS, Chunks(8))).cycles_s) == {1: 94}
