"""One adapter in its safe seat: entered, read, written; and when it has failed, left, entered anew and watched."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from signals.model.roles import World
from signals.model.trips import Incidents, Trips
from signals.model.values import BoolArray, Command
from signals.safety.fallback import Failure, LateError, Trouble, attempt
from signals.safety.intake import MALFORMED, Intake
from signals.safety.ladder import TRIAL_DS
from signals.safety.share import share_of

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["BUSY", "LATE", "AdapterSeat", "Call", "still_entering"]

Call = Callable[[], object]

BUSY: Final = Failure(LateError("it is still busy with an earlier tick"))
"""The answer of an adapter that cannot even be called."""
LATE: Final = Failure(LateError("it did not answer in time"))
"""The answer of one that was called and has not answered yet."""

STRANGE: Final = Trouble("readings-impossible", "it shows what is no aspect")


class AdapterSeat:
    """A world, its share of the network, and how far it can be trusted.

    It says what to call and is told what came of it; whoever owns it does the calling.

    Parameters
    ----------
    world
        The adapter.
    network
        The whole network, of which it drives a part.

    Attributes
    ----------
    share, intake
        Its rows in the network; what it reported.
    name
        What to call it.
    trouble
        What is, or was last, wrong with it.
    failed
        It failed, and that has not been noted yet.
    awake
        It was read in this tick, and can be written.
    doubted
        What it reported in this tick cannot be.
    finished, progress
        What it said of itself last.
    quarantined
        bool [nD] its detectors that it was last said not to listen to.
    """

    def __init__(self, world: World, network: Network) -> None:
        self._world, self.share = world, share_of(world.network, network)
        self.intake = Intake(world.network, world.tick_ds)
        self.name = f"adapter {type(world).__name__}"
        self.trouble = STRANGE
        self.failed = self.awake = self.doubted = False
        self.finished, self.progress = False, 0.0
        self.quarantined = self.intake.quarantined.copy()
        self._open = self._entering = False
        self._trial_ticks = -(-TRIAL_DS // world.tick_ds)
        self._good_ticks = self._trial_ticks

    @property
    def trusted(self) -> bool:
        """Whether it is there and, if it failed before, has reported well for long enough since."""
        return self._open and self._good_ticks >= self._trial_ticks

    def enter(self) -> Call:
        """Return what enters it for the first time."""
        return partial(_entered, self._world)

    def entered(self, answer: object) -> None:
        """Take what entering it came to; one that is late may take its time."""
        self._entering = answer is LATE
        if isinstance(answer, Failure):
            self._fail(answer.of("adapter"))
            self.failed = not self._entering
        else:
            self._open = True
            self._stand(answer)
            self.intake.restart()

    def read(self) -> Call:
        """Return what reads it, or enters it anew for the next tick, or waits for that."""
        if self._open:
            return self._world.read
        return still_entering if self._entering else partial(_entered_anew, self._world)

    def rest(self) -> None:
        """Spend a tick without being read."""
        self.intake.blank()
        self.awake = self.doubted = False

    def took(self, answer: object) -> None:
        """Take what reading it, or entering it anew, came to."""
        if not self._open:
            self.rest()
            self._good_ticks = 0
            self.entered(answer)
            return
        trouble = self._taken(answer)
        self.awake, self.doubted = True, trouble is not None
        if trouble is not None and trouble.code.startswith("adapter-"):
            self._fail(trouble)
        elif trouble is not None or self.intake.strange.any():
            self.trouble = trouble or STRANGE
            self._good_ticks = self._good_ticks if self.trusted else 0
        else:
            self._good_ticks += 1

    def distrust(self, trouble: Trouble) -> None:
        """Begin anew to report well for long enough."""
        self.trouble, self._good_ticks = trouble, 0

    def write(self, command: Command, *, allowed: bool) -> Call:
        """Return what writes its share of a command; nothing of it is shown unless it is allowed."""
        places, groups = self.share.intersections, self.share.groups
        write: BoolArray = command.write[places] & allowed
        return partial(_written, self._world, Command(command.time_s, command.aspect[groups], write))

    def wrote(self, answer: object) -> None:
        """Take what that came to."""
        if isinstance(answer, Failure):
            self._fail(answer.of("adapter"))
        else:
            self._stand(answer)

    def leave(self) -> Call:
        """Return what leaves it."""
        return partial(self._world.__exit__, None, None, None)

    def left(self, answer: object) -> str:
        """Take what that came to, and say what is wrong with it unless it had failed already."""
        wrong = self._open and isinstance(answer, Failure)
        self._open = False
        return f"{self.name}: {answer.of('adapter').detail}" if wrong and isinstance(answer, Failure) else ""

    def account(self) -> tuple[Trips, Incidents] | Failure:
        """Account for its travellers."""
        return attempt(self._world.outcome)

    def _taken(self, answer: object) -> Trouble | None:
        if isinstance(answer, Failure):
            return answer.of("adapter")
        found = attempt(partial(self.intake.take, answer))
        return Trouble(MALFORMED, found.of("adapter").detail) if isinstance(found, Failure) else found

    def _fail(self, trouble: Trouble) -> None:
        self.rest()
        self.trouble, self.failed, self._open = trouble, True, False

    def _stand(self, answer: object) -> None:
        """Keep what `_standing` returned."""
        self.finished, self.progress = cast("tuple[bool, float]", answer)


def still_entering() -> Failure:
    """Stand for the call that was begun before and has not returned."""
    return LATE


def _standing(world: World) -> tuple[bool, float]:
    return bool(world.finished), float(world.progress)


def _entered(world: World) -> tuple[bool, float]:
    world.__enter__()
    return _standing(world)


def _entered_anew(world: World) -> tuple[bool, float]:
    attempt(partial(world.__exit__, None, None, None))  # it has failed; what matters is whether it can be entered
    return _entered(world)


def _written(world: World, command: Command) -> tuple[bool, float]:
    world.write(command)
    return _standing(world)
