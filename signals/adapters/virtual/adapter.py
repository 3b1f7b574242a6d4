"""The link to a cabinet in memory: everything that a link can do, and nothing that a wire can do to it, unless asked.

The firmware is given (whoever has it steps it), or it is one of its own without traffic that follows the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.cabinet.firmware_link import FirmwareLink
from signals.errors import InputError
from signals.model.cabinets import CabinetAddress, CabinetSite

__all__ = ["VirtualCabinet"]

OPTIONS: Final = ("backup_s", "firmware", "seed", "tick_s")


class VirtualCabinet(FirmwareLink):
    """A cabinet in memory; see `signals.model.cabinets.CabinetLink`.

    Parameters
    ----------
    site
        The intersection.
    address
        Its options: ``firmware``, a `Firmware` of the same site that somebody else steps; or, for one of its own,
        ``tick_s`` (1.0), ``backup_s`` (10.0) and ``seed`` (0).
    clock
        Time.

    Raises
    ------
    InputError
        When an option is unknown or makes no sense.
    """

    def __init__(self, site: CabinetSite, address: CabinetAddress, clock: Clock) -> None:
        _check(site, address.options)
        given = address.options.get("firmware")
        firmware = given if isinstance(given, Firmware) else _own(site, address.options)
        super().__init__(site, firmware, clock, "virtual")
        self._is_own = given is None
        self._began_s, self._stepped = clock.now_s(), 0

    def _catch_up(self) -> None:
        """Let a firmware of our own do what it did meanwhile."""
        if not self._is_own:
            return
        due = int(10 * (self._clock.now_s() - self._began_s)) // self.firmware.tick_ds
        nobody, nothing = np.zeros(len(self.site.groups), np.bool_), np.zeros(len(self.site.detectors), np.int32)
        for _ in range(due - self._stepped):
            self.firmware.step(nobody, nothing, nothing.astype(np.float32))
        self._stepped = due


def _check(site: CabinetSite, options: Mapping[str, object]) -> None:
    where = f'cabinet "{site.id}"'
    for name in options:
        if name not in OPTIONS:
            raise InputError(f'{where}: unknown option "{name}" of a virtual cabinet (known: {", ".join(OPTIONS)})')
    firmware = options.get("firmware")
    if firmware is not None and not (isinstance(firmware, Firmware) and firmware.site.groups == site.groups):
        raise InputError(f'{where}: option "firmware" must be a Firmware of the same signal groups')
    for name in ("backup_s", "seed", "tick_s"):
        value = options.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= (name == "tick_s") * 0.1:
            raise InputError(f'{where}: option "{name}" must be a number, at least 0 (tick_s: 0.1), got {value!r}')


def _own(site: CabinetSite, options: Mapping[str, object]) -> Firmware:
    """Make a firmware of the link's own; the options are checked."""
    tick_ds = round(10 * float(str(options.get("tick_s", 1.0))))
    backup_s, seed = float(str(options.get("backup_s", 10.0))), int(float(str(options.get("seed", 0))))
    return Firmware(site, tick_ds=tick_ds, backup_s=backup_s, seed=seed)
