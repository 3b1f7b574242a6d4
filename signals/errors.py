"""The exceptions of `signals`, as a tree.

::

    SignalsError                 anything this package reports on purpose; the command line prints it as one line
    ├── InputError               something the user gave is wrong: names the file, the key or id, and what to do
    │   ├── FileError            missing, unreadable, truncated, hostile or not what its name says
    │   ├── NetworkError         a network that cannot be read into the model
    │   │   └── UnsafePlanError  a stage shows green to two movements that conflict
    │   ├── ScenarioError        a scenario whose parts are missing or do not fit
    │   ├── SiteCardError        a site card that was edited, or that does not fit the network
    │   └── UnknownNameError     a name that is not in a list; the nearest one is suggested
    ├── MissingDependencyError   an optional package is not installed; names the command that installs it
    ├── WorldError               the world (simulator, controller) failed
    │   ├── WorldLostError       it died or the connection broke
    │   └── WorldTimeoutError    it did not answer in time
    └── RecordError              results could not be written or are not whole
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "FileError",
    "InputError",
    "MissingDependencyError",
    "NetworkError",
    "RecordError",
    "ScenarioError",
    "SignalsError",
    "SiteCardError",
    "UnknownNameError",
    "UnsafePlanError",
    "WorldError",
    "WorldLostError",
    "WorldTimeoutError",
]


class SignalsError(Exception):
    """Anything this package reports on purpose."""


class InputError(SignalsError):
    """Something the user gave is wrong."""


class FileError(InputError):
    """A file is missing, unreadable, truncated, hostile or not what its name says."""


class NetworkError(InputError):
    """A network cannot be read into the model."""


class UnsafePlanError(NetworkError):
    """A stage shows green to two movements that conflict."""


class ScenarioError(InputError):
    """The parts of a scenario are missing or do not fit."""


class SiteCardError(InputError):
    """A site card was edited, is none, or does not fit the network."""


class UnknownNameError(InputError):
    """A name is not in a list.

    Parameters
    ----------
    what
        What kind of name it is, in the singular ("controller").
    name
        The name that was given.
    known
        The names that exist.
    """

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        super().__init__(f'unknown {what} "{name}"{hint} (known: {", ".join(names) or "none"})')


class MissingDependencyError(SignalsError):
    """An optional package is not installed."""


class WorldError(SignalsError):
    """The world (simulator, controller) failed."""


class WorldLostError(WorldError):
    """The world died or the connection to it broke."""


class WorldTimeoutError(WorldError):
    """The world did not answer in time."""


class RecordError(SignalsError):
    """Results could not be written or are not whole."""
