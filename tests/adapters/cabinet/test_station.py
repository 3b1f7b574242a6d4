"""Whatever is called a virtual firmware or a server has all the parts that the other side uses."""

from __future__ import annotations

from typing import get_type_hints

from signals.adapters.cabinet import station


def test_every_attribute_of_the_firmware_is_described() -> None:
    text = station.VirtualFirmware.__doc__ or ""
    for name in get_type_hints(station.VirtualFirmware):
        assert name in text
