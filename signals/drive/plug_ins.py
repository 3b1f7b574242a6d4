"""Whose code a drive loads: our own, and that of others only where somebody has looked at it.

A plug-in is known by the SHA-256 of its code: of its module, or of everything in its package. With a section
``[plugins]`` in the configuration nothing is loaded that is not in it. Without one, plug-ins may look on, and are
written down; nobody is driven with them.

That tells one version from another. It is no protection from somebody who may write where Python finds its modules, nor
does it cover what a plug-in imports from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

from signals import plugins
from signals.drive.config import DriveFile, Level
from signals.entrants import POLICY, is_policy, origin_of
from signals.errors import InputError, ScenarioError
from signals.record.provenance import sha256_of_code

__all__ = ["PlugIn", "plug_ins_of", "vet"]

OURS: Final = "signals"

Kind = Literal["cabinets", "controllers"]


class PlugIn(NamedTuple):
    """Somebody else's code that a drive would load.

    Attributes
    ----------
    kind, name
        What it is for, and what the configuration calls it.
    target
        ``module:Class``, or where a policy is.
    path
        The file or folder that is its code.
    sha256
        Of that.
    """

    kind: Kind
    name: str
    target: str
    path: Path
    sha256: str

    def __str__(self) -> str:
        return f'{self.kind[:-1]} "{self.name}" ({self.target}), SHA-256 {self.sha256}'


def plug_ins_of(file: DriveFile) -> tuple[PlugIn, ...]:
    """Find the plug-ins that a configuration names, without importing them.

    Raises
    ------
    InputError
        When there is none of a name, or its code cannot be found.
    """
    schemes = dict.fromkeys(urlsplit(part.address).scheme for part in file.cabinets)
    named: list[tuple[Kind, str]] = [("cabinets", scheme) for scheme in schemes]
    found = (_found(kind, name) for kind, name in (*named, ("controllers", file.drive.controller)))
    return tuple(one for one in found if one is not None)


def vet(file: DriveFile, *, armed: bool) -> tuple[PlugIn, ...]:
    """Look at every plug-in before any of them is imported; return those that are not allowed by name, but may look on.

    Parameters
    ----------
    file
        The configuration.
    armed
        Whether levels that are more than ``advise`` count.

    Raises
    ------
    ScenarioError
        When one may not be loaded: which, its hash, and what to do.
    InputError
        As `plug_ins_of`.
    """
    drives = armed and any(file.level_of(part) > Level.ADVISE for part in file.cabinets)
    strangers = [one for one in plug_ins_of(file) if not _is_allowed(one, file, drives=drives)]
    strangers += [one for one in _behind(file) if not _is_allowed(one, file, drives=drives)]
    return tuple(strangers)


def _is_allowed(one: PlugIn, file: DriveFile, *, drives: bool) -> bool:
    """Whether a plug-in is allowed by name; raises `ScenarioError` where it must be and is not."""
    listed: Mapping[str, object] = {} if file.plugins is None else getattr(file.plugins, one.kind)
    allowed = {_plain(name): sha256 for name, sha256 in listed.items()}.get(_plain(one.name))
    if allowed == one.sha256:
        return True
    if file.plugins is None and not drives:
        return False
    why = "is not in [plugins]" if file.plugins is not None else "may look on, but not drive"
    if allowed is not None:
        why = f"is not what was allowed (SHA-256 {allowed})"
    raise ScenarioError(
        f'{one} {why}: look at the code in "{one.path}", and if it is what you want, say [plugins.{one.kind}] '
        f'"{one.name}" = "{one.sha256}"'
    )


def _behind(file: DriveFile) -> Iterator[PlugIn]:
    """Return who controls what a policy does not: it says so itself, so that it has been loaded then."""
    if not is_policy(file.drive.controller):
        return
    policy = origin_of(file.drive.controller).get("policy")
    seat = policy.get("seat") if isinstance(policy, Mapping) else None
    others = seat.get("others") if isinstance(seat, Mapping) else None
    if isinstance(others, str) and (one := _found("controllers", others)) is not None:
        yield one


def _found(kind: Kind, name: str) -> PlugIn | None:
    """Return a plug-in by its name; None where the code is our own."""
    if is_policy(name):
        target = name.removeprefix(POLICY)
        if Path(target).exists():
            return PlugIn(kind, name, target, Path(target), sha256_of_code(Path(target)))
    else:
        target = plugins.spec(kind, name)
    module = target.partition(":")[0]
    if module.partition(".")[0] == OURS:
        return None
    path = _code_of(f'{kind[:-1]} "{name}"', module)
    return PlugIn(kind, name, target, path, sha256_of_code(path))


def _code_of(what: str, module: str) -> Path:
    """Return the file of a module, or the folder of the package that it is in; nothing of it is imported."""
    plugins.look_here()
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        spec = _spec(".".join(parts[:count]))
        if spec is None:
            break
        folders = list(spec.submodule_search_locations or ())
        if spec.origin is not None and Path(spec.origin).is_file():
            return Path(folders[0]) if folders else Path(spec.origin)
        if not folders:  # what comes next is a folder without code of its own: look into it
            break
    raise InputError(f'{what}: the code of the module "{module}" cannot be found')


def _spec(name: str) -> ModuleSpec | None:
    try:
        return find_spec(name)
    except (ImportError, ValueError):
        return None


def _plain(name: str) -> str:
    """Return a name in which a hyphen is an underscore; modules and paths are left as they are."""
    return name if ":" in name or is_policy(name) else name.strip().replace("-", "_")
