"""Where policies are: a folder with a card, an ONNX file, or ``module:attribute``; and what their seats are like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

from signals import plugins
from signals.control.running_stages import tenths
from signals.env.policy_card import PolicyCard, action_of, described, observation_of, sizes_of
from signals.env.policy_controller import Policy, PolicyController, PolicyOptions
from signals.errors import InputError
from signals.model.network import Network
from signals.model.roles import Controller
from signals.record.files import sha256_of
from signals.record.provenance import sha256_of_module

__all__ = ["PolicySource", "find_policy"]

_PICKLED = frozenset({".zip", ".pkl", ".pickle", ".pt", ".pth", ".ckpt"})
_METHODS: Mapping[str, tuple[str, ...]] = {"action": ("space", "steering"), "observation": ("space", "observe")}
_KINDS: Mapping[str, tuple[type, ...]] = {
    "decision_s": (int, float),
    "tick_s": (int, float),
    "controlled": (list, tuple),
    "others": (str,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySource:
    """A policy that was found, and the settings of its seat.

    Parameters
    ----------
    name
        What it is called in tables.
    policy
        What decides.
    seat
        Settings that it says: keys of `signals.env.policy_controller.PolicyOptions`, but `others` is the name of a
        controller. The rest has its defaults; the tick is the scenario's.
    files
        What it is made of: name → SHA-256.
    sizes
        How many numbers it sees and gives; None where it does not say.
    training
        Where it comes from, as its card says.
    """

    name: str
    policy: Policy
    seat: Mapping[str, Any]
    files: Mapping[str, str | None]
    sizes: tuple[int, int] | None = field(default=None)
    training: Mapping[str, object] = field(default_factory=dict)

    @property
    def origin(self) -> dict[str, object]:
        """What it is, for the record."""
        seat = {key: described(value) if key in _METHODS else value for key, value in self.seat.items()}
        return {"seat": seat, "files": dict(self.files), **({"training": self.training} if self.training else {})}

    def controller(self, network: Network, tick_ds: int) -> Controller:
        """Make its controller.

        Raises
        ------
        InputError
            When it was made for other ticks, or for intersections that see or do something else.
        """
        self._check_times(tick_ds)
        seat = {**self.seat, "tick_s": tick_ds / 10}
        if others := seat.pop("others", ""):
            seat["others"] = plugins.load("controllers", others)(network)
        made = PolicyController(network, self.policy, **cast("PolicyOptions", seat))
        if self.sizes is not None and (found := sizes_of(made.seats)) != self.sizes:
            raise InputError(
                f'policy "{self.name}" sees {self.sizes[0]} numbers of an intersection and gives {self.sizes[1]}, but '
                f'in network "{network.name}" it would see {found[0]} and give {found[1]}: it was made for another one'
            )
        return made

    def _check_times(self, tick_ds: int) -> None:
        said_s, decision_s = self.seat.get("tick_s"), self.seat.get("decision_s", 5.0)
        if said_s is not None and tenths(said_s) != tick_ds:
            raise InputError(
                f'policy "{self.name}" was made for ticks of {said_s:g} s, but the scenario has {tick_ds / 10:g} s'
            )
        if tenths(decision_s) <= 0 or tenths(decision_s) % tick_ds:
            raise InputError(
                f'policy "{self.name}": decision_s must be a multiple of the tick of {tick_ds / 10:g} s, '
                f"got {decision_s:g}"
            )


def find_policy(text: str) -> PolicySource:
    """Find a policy.

    Parameters
    ----------
    text
        A folder that `signals.env.policy_files.save_policy` wrote, an ONNX file, or ``module:attribute``: a function or
        an object that is called with observation and mask, or a class that makes one without arguments. The settings
        of its seat are attributes of it: `action`, `observation`, `decision_s`, `tick_s`, `controlled` and `others`; so
        are its `name`, and `files`, the paths of what it reads, whose hashes go into the record.

    Raises
    ------
    InputError
        When there is none, or what it says of itself makes no sense.
    MissingDependencyError
        When it needs onnxruntime, which is not installed.
    """
    path = Path(text)
    if not path.exists() and ":" not in text and (path.suffix == ".onnx" or (len(path.parts) > 1 and not path.suffix)):
        raise InputError(f'policy "{text}": there is no such file or folder')
    if path.is_dir() or path.suffix == ".onnx":
        return _of_file(path)
    if path.suffix in _PICKLED:
        raise InputError(
            f'policy "{text}": such a file can hold code and is never loaded; export the policy to ONNX '
            "(signals.env.policy_export) or write a class that loads it"
        )
    module, _, name = text.partition(":")
    if not module or not name:
        raise InputError(f'policy "{text}": expected a folder with a card, an .onnx file, or "module:attribute"')
    return _of_module(text, module)


def _of_file(path: Path) -> PolicySource:
    from signals.env.policy_files import load_onnx, load_policy  # noqa: PLC0415  needs onnxruntime

    found = load_policy(path) if path.is_dir() else load_onnx(path)
    sizes = (found.policy.observation_size, found.policy.action_size)
    name, seat = (path.stem, {}) if found.card is None else (found.card.name, _seat_of(found.card))
    training = {} if found.card is None else asdict(found.card.training)
    return PolicySource(name=name, policy=found.policy, seat=seat, files=found.files, sizes=sizes, training=training)


def _seat_of(card: PolicyCard) -> dict[str, Any]:
    seat = card.seat
    return {
        "action": action_of(card),
        "observation": observation_of(card),
        "decision_s": seat.decision_s,
        "tick_s": seat.tick_s,
        "controlled": seat.controlled,
        "others": seat.others,
    }


def _of_module(text: str, module: str) -> PolicySource:
    what = f'policy "{text}"'
    found = plugins.attribute(what, text)
    policy = plugins.made(what, found) if isinstance(found, type) else found
    if not callable(policy):
        raise InputError(f"{what} is not a function of observation and mask, nor a class that makes one")
    name = getattr(policy, "name", None) or text.rpartition(".")[2].rpartition(":")[2]
    if not isinstance(name, str):
        raise InputError(f"{what}: its name must be a text, got {name!r}")
    files = {module: sha256_of_module(module), **_read_by(policy, what)}
    return PolicySource(name=name, policy=cast("Policy", policy), seat=_said(policy, what), files=files)


def _said(policy: Callable[..., object], what: str) -> dict[str, Any]:
    """Return what a policy says of its seat."""
    seat: dict[str, Any] = {}
    for name in PolicyOptions.__annotations__:
        value = getattr(policy, name, None)
        if value is None:
            continue
        missing = [method for method in _METHODS.get(name, ()) if not callable(getattr(value, method, None))]
        if missing:
            raise InputError(f"{what}: its {name} has no method {missing[0]}, got {value!r}")
        kinds = _KINDS.get(name)
        if kinds is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
            raise InputError(
                f"{what}: its {name} must be {' or '.join(kind.__name__ for kind in kinds)}, got {value!r}"
            )
        seat[name] = value
    return seat


def _read_by(policy: Callable[..., object], what: str) -> dict[str, str]:
    paths = getattr(policy, "files", ())
    if isinstance(paths, str) or not isinstance(paths, list | tuple):
        raise InputError(f"{what}: its files must be a list of paths, got {paths!r}")
    return {Path(path).name: sha256_of(Path(path)) for path in paths}
