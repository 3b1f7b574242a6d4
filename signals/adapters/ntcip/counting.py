"""What a virtual controller counts at its detectors: vehicles and occupancy over a period of whole seconds. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from signals.adapters.cabinet.station import VirtualFirmware

__all__ = ["VolumeCount"]

MOST_VOLUME = 255
HALF_PERCENTS = 200
OTHER_FAULT = 214


class VolumeCount:
    """Vehicles and occupancy of the last period that has ended.

    Parameters
    ----------
    firmware
        Whose detectors.
    period_s
        Length of a period.
    """

    def __init__(self, firmware: VirtualFirmware, period_s: int) -> None:
        self._firmware, self._period_s = firmware, period_s
        self._sequence = 0
        self._begin()
        self._volume, self._occupancy = [0] * len(self._counted), [0] * len(self._counted)

    def ticked(self) -> None:
        """Count a tick."""
        if self._firmware.time_ds < self._since_ds:  # switched on anew
            self._begin()
        self._ticks += 1
        for k, share in enumerate(self._firmware.detector_occupied.tolist()):
            self._on[k] += share
        if self._firmware.time_ds - self._since_ds < 10 * self._period_s:
            return
        vehicles = zip(self._firmware.detector_count.tolist(), self._counted, strict=True)
        self._volume = [min(max(now - before, 0), MOST_VOLUME) for now, before in vehicles]
        self._occupancy = [round(HALF_PERCENTS * on / self._ticks) for on in self._on]
        self._sequence = (self._sequence + 1) % 256
        self._begin()

    def statuses(self, numbers: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...], Callable[[], int]]]:
        """Return the objects of the detectors.

        Parameters
        ----------
        numbers
            Number of each detector.
        """
        firmware = self._firmware
        yield "volumeOccupancySequence", (0,), lambda: self._sequence
        yield "volumeOccupancyPeriod", (0,), lambda: self._period_s
        for k, number in enumerate(numbers):
            yield "detectorVolume", (number,), lambda k=k: self._volume[k]  # type: ignore[misc]
            yield "detectorOccupancy", (number,), lambda k=k: self._occupied(k)  # type: ignore[misc]
        for octet in range(1, (max(numbers, default=0) + 7) // 8 + 1):
            shift = 8 * octet - 8
            rows: tuple[tuple[str, Callable[[], list[bool]]], ...] = (
                ("Active", lambda: firmware.detector_on.tolist()),  # noqa: PLW0108  it is another array each time
                ("Alarms", lambda: firmware.detector_fault.tolist()),  # noqa: PLW0108
            )
            for word, read in rows:
                yield (
                    f"vehicleDetectorStatusGroup{word}",
                    (octet,),
                    lambda read=read, s=shift: (
                        sum([1 << n - 1 for n, on in zip(numbers, read(), strict=True) if on]) >> s & 255
                    ),  # type: ignore[misc]
                )

    def _occupied(self, k: int) -> int:
        return OTHER_FAULT if self._firmware.detector_fault[k] else self._occupancy[k]

    def _begin(self) -> None:
        self._since_ds, self._ticks = self._firmware.time_ds, 0
        self._counted: list[int] = self._firmware.detector_count.tolist()
        self._on = [0.0] * len(self._counted)
