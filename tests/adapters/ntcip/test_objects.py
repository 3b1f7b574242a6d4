"""The table of objects, and the gate through which every write of ours goes."""

from __future__ import annotations

import pytest

from signals.adapters.ntcip.ber import INTEGER, OCTET_STRING, arcs_of, oid_of
from signals.adapters.ntcip.messages import Ask, Binding, Kind, integer, nothing
from signals.adapters.ntcip.objects import (
    ASC,
    CONTROLS,
    OBJECTS,
    RESETS,
    SENDABLE,
    SPAT_ENABLE,
    Access,
    ForbiddenWriteError,
    check_sendable,
    instance,
)

KNOWN = {  # a few by hand, from the standard
    "maxPhases": (1, 1),
    "phaseMinimumGreen": (1, 2, 1, 4),
    "phaseYellowChange": (1, 2, 1, 8),
    "phaseRedClear": (1, 2, 1, 9),
    "phaseConcurrency": (1, 2, 1, 23),
    "phaseStatusGroupReds": (1, 4, 1, 2),
    "phaseStatusGroupWalks": (1, 4, 1, 7),
    "phaseControlGroupPhaseOmit": (1, 5, 1, 2),
    "phaseControlGroupHold": (1, 5, 1, 4),
    "phaseControlGroupPedCall": (1, 5, 1, 7),
    "vehicleDetectorStatusGroupActive": (2, 4, 1, 2),
    "volumeOccupancyPeriod": (2, 5, 2),
    "detectorVolume": (2, 5, 4, 1, 1),
    "unitBackupTime": (3, 3),
    "unitControlStatus": (3, 5),
    "unitFlashStatus": (3, 6),
    "unitAlarmStatus2": (3, 7),
    "unitAlarmStatus1": (3, 8),
    "shortAlarmStatus": (3, 9),
    "unitUserDefinedBackupTime": (3, 19),
    "patternCycleTime": (4, 7, 1, 2),
    "splitTime": (4, 9, 1, 3),
    "coordPatternStatus": (4, 10),
    "systemPatternControl": (4, 14),
    "systemSyncControl": (4, 15),
    "preemptState": (6, 2, 1, 16),
    "ringControlGroupOmitRedClear": (7, 5, 1, 8),
    "ringStatus": (7, 6, 1, 1),
}
NEVER = [
    "phaseMinimumGreen", "phaseYellowChange", "phaseRedClear", "phaseWalk", "phasePedestrianClear", "phaseConcurrency",
    "ringControlGroupOmitRedClear", "ringControlGroupStopTime", "ringControlGroupForceOff", "preemptControlState",
    "unitControl", "unitBackupTime", "unitUserDefinedBackupTime", "globalTime", "coordOperationalMode", "splitTime",
    "patternCycleTime", "specialFunctionOutputControl", "actionPlanControl", "volumeOccupancyPeriod", "sequenceData",
]  # fmt: skip


def test_identifiers_are_those_of_the_standard() -> None:
    for name, arcs in KNOWN.items():
        assert OBJECTS[name].arcs == (*ASC, *arcs)
    assert OBJECTS["globalTime"].arcs == (1, 3, 6, 1, 4, 1, 1206, 4, 2, 6, 3, 1)
    assert SPAT_ENABLE.arcs == (1, 3, 6, 1, 4, 1, 1206, 3, 5, 2, 9, 44, 1)


def test_no_identifier_is_there_twice() -> None:
    arcs = [row.arcs for row in OBJECTS.values()]
    assert len(set(arcs)) == len(arcs)


def test_an_instance_is_the_column_and_a_row() -> None:
    assert arcs_of(instance("phaseWalk", 3)) == (*ASC, 1, 2, 1, 2, 3)
    assert arcs_of(instance("unitBackupTime")) == (*ASC, 3, 3)


def test_six_columns_and_two_scalars_may_be_written_and_all_of_them_restart_the_timer() -> None:
    assert set(SENDABLE) == {*CONTROLS, "systemPatternControl", "systemSyncControl"}
    assert set(SENDABLE) <= RESETS
    assert all(OBJECTS[name].access is Access.CONTROL for name in SENDABLE)
    check_sendable(Ask(Kind.SET, tuple(integer(instance(name, 1), 255) for name in CONTROLS)))
    check_sendable(Ask(Kind.SET, (integer(instance("systemPatternControl", 0), 253),)))


@pytest.mark.parametrize("name", NEVER)
@pytest.mark.parametrize("index", [(), (0,), (1,), (2, 3)], ids=str)
def test_nothing_else_is_ever_written(name: str, index: tuple[int, ...]) -> None:
    with pytest.raises(ForbiddenWriteError):
        check_sendable(
            Ask(Kind.SET, (integer(instance("phaseControlGroupHold", 1), 0), integer(instance(name, *index), 0)))
        )


@pytest.mark.parametrize(
    "binding",
    [
        integer(instance("systemPatternControl", 0), 254),  # free
        integer(instance("systemPatternControl", 0), 255),  # flash
        integer(instance("phaseControlGroupHold", 1), 256),
        integer(instance("phaseControlGroupHold", 1), -1),
        integer(instance("phaseControlGroupHold", 33), 0),
        integer(instance("phaseControlGroupHold"), 0),
        integer(instance("phaseControlGroupHold", 1, 1), 0),
        Binding(instance("phaseControlGroupHold", 1), OCTET_STRING, b"\x00"),
        Binding(instance("phaseControlGroupHold", 1), INTEGER, None),
        integer(oid_of((1, 3, 6, 1, 2, 1, 1, 6, 0)), 0),
        integer(oid_of((*SPAT_ENABLE.arcs, 0)), 6),
    ],
    ids=str,
)
def test_values_and_instances_have_bounds(binding: Binding) -> None:
    with pytest.raises(ForbiddenWriteError, match="is not among what this adapter may write"):
        check_sendable(Ask(Kind.SET, (binding,)))


def test_everything_may_be_read() -> None:
    check_sendable(Ask(Kind.GET, tuple(nothing(instance(name, 0)) for name in OBJECTS)))
