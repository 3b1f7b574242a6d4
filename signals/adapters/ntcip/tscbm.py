"""Signal data that a controller sends ten times a second by itself: 245 octets. Codec and freshness; pure.

The layout is that of Econolite's and other controllers' broadcast for vehicles that listen, as open receivers read it:
a head of two octets, 16 phases of 13, eleven sets of 16 phases or overlaps, four octets of state, the time of day.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from signals.adapters.ntcip.ber import BrokenMessageError
from signals.adapters.ntcip.phases import Lamps

__all__ = ["OCTETS", "PHASES", "FreshSpat", "PhaseTimes", "Spat", "decode_spat", "encode_spat"]

OCTETS: Final = 245
PHASES: Final = 16
HEAD: Final = 0xCD
DAY_S: Final = 86_400
HALF: Final = 128

TIMES: Final = struct.Struct(">B6H")
REST: Final = struct.Struct(">11H4BBHHHH")
UNKNOWN_DS: Final = 0


class PhaseTimes(NamedTuple):
    """In how long one phase changes, in tenths of a second: at the earliest, at the latest; 0 = not told.

    Attributes
    ----------
    phase
        Its number.
    vehicle_min_ds, vehicle_max_ds, people_min_ds, people_max_ds, overlap_min_ds, overlap_max_ds
        The phase, its pedestrian service, and the overlap of its number.
    """

    phase: int
    vehicle_min_ds: int = UNKNOWN_DS
    vehicle_max_ds: int = UNKNOWN_DS
    people_min_ds: int = UNKNOWN_DS
    people_max_ds: int = UNKNOWN_DS
    overlap_min_ds: int = UNKNOWN_DS
    overlap_max_ds: int = UNKNOWN_DS


class Spat(NamedTuple):
    """One datagram.

    Attributes
    ----------
    times
        Of the 16 phases.
    lamps
        What the phases show.
    overlap_reds, overlap_yellows, overlap_greens
        What the overlaps show.
    flashing, flashing_overlaps
        Which flash.
    state, action, discontinuity
        State of the intersection, action plan, version of the data.
    sequence
        0 to 255, one more each time.
    day_s, milliseconds
        Time of day in UTC.
    ped_calls, ped_detects
        Buttons.
    """

    times: tuple[PhaseTimes, ...]
    lamps: Lamps
    overlap_reds: int
    overlap_yellows: int
    overlap_greens: int
    flashing: int
    flashing_overlaps: int
    state: int
    action: int
    discontinuity: int
    sequence: int
    day_s: int
    milliseconds: int
    ped_calls: int
    ped_detects: int


def encode_spat(spat: Spat) -> bytes:
    """Return the octets of a datagram; numbers that do not fit are cut to 16 bits, as sets of 16 phases are."""
    rows = b"".join(TIMES.pack(*row) for row in spat.times)
    sets = [*spat.lamps, *spat[2:7]]
    return (
        bytes((HEAD, PHASES))
        + rows
        + REST.pack(
            *(set_ & 0xFFFF for set_ in sets),
            spat.state,
            spat.action,
            spat.discontinuity,
            spat.sequence,
            spat.day_s >> 16,
            spat.day_s & 0xFFFF,
            spat.milliseconds,
            spat.ped_calls & 0xFFFF,
            spat.ped_detects & 0xFFFF,
        )
    )


def decode_spat(data: bytes) -> Spat:
    """Read a datagram.

    Raises
    ------
    BrokenMessageError
        When it does not have the length, the head, the phases or a time of day.
    """
    if len(data) != OCTETS or data[0] != HEAD or data[1] != PHASES:
        raise BrokenMessageError(f"no signal data: {len(data)} octets; {OCTETS} that begin with 0xCD 0x10 are expected")
    rows = tuple(PhaseTimes(*TIMES.unpack_from(data, 2 + TIMES.size * k)) for k in range(PHASES))
    sets = REST.unpack_from(data, 2 + TIMES.size * PHASES)
    day_s, milliseconds = sets[15] << 16 | sets[16], sets[17]
    # A leap second is second 86,400.
    if day_s > DAY_S or milliseconds > 999:
        raise BrokenMessageError(f"signal data of second {day_s} and {milliseconds} ms of a day")
    return Spat._make((rows, Lamps(*sets[:6]), *sets[6:15], day_s, milliseconds, *sets[18:]))


class FreshSpat:
    """The newest datagram: late, repeated and older ones are left out.

    Attributes
    ----------
    spat
        The newest; `None` = none came.
    received_s
        When, by our clock.
    """

    def __init__(self) -> None:
        self.spat: Spat | None = None
        self.received_s = float("-inf")

    def hear(self, data: bytes, now_s: float, forget_s: float) -> bool:
        """Take a datagram; return whether it is newer than what there was.

        Parameters
        ----------
        data
            Its octets.
        now_s
            The time, by our clock.
        forget_s
            After how long without any the next one is the first: a controller that was switched on anew.

        Raises
        ------
        BrokenMessageError
            When it is none.
        """
        spat = decode_spat(data)
        before = self.spat
        if before is not None and now_s - self.received_s <= forget_s:
            newer = 0 < (spat.sequence - before.sequence) % 256 < HALF
            ahead_ms = (1000 * (spat.day_s - before.day_s) + spat.milliseconds - before.milliseconds) % (1000 * DAY_S)
            if not newer or ahead_ms > 500 * DAY_S:
                return False
        self.spat, self.received_s = spat, now_s
        return True
