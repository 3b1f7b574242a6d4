"""Control of a site at plan level: what is sent in which order, and what must be read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from signals.adapters.rsmp.bands import read_pairs
from signals.adapters.rsmp.messages import HIDDEN, CommandResponse
from signals.adapters.rsmp.options import Options
from signals.adapters.rsmp.orders import Order, choose_plan, set_backup, set_bands, set_cycle, set_offset
from signals.adapters.rsmp.plan_tables import Times
from signals.adapters.rsmp.view import View
from signals.model.cabinets import CabinetRefusedError, PlanRequest, Receipt

__all__ = ["TABLES", "TIMES", "Asker", "Planning", "Stand", "read_times"]

TIMES: Final = ("S0023", "S0024", "S0028")
TABLES: Final = ("S0014", *TIMES, "S0034")
EARLY_S: Final = 2.0
"""How much sooner than after a cycle a change may come: who sends once a cycle does not do so to the moment."""
LOOK_S: Final = 0.5
"""How often is looked whether the site has followed."""


class Asker(Protocol):
    """Whoever can ask the site."""

    view: View
    options: Options

    async def command(self, order: Order) -> CommandResponse:
        """Send a command."""
        ...

    async def read(self, codes: Sequence[str]) -> None:
        """Ask for statuses."""
        ...

    def now_s(self) -> float:
        """Return the time."""
        ...

    async def pause(self, for_s: float) -> None:
        """Wait."""
        ...


class Stand(NamedTuple):
    """How the plan stands that is ours.

    Attributes
    ----------
    plan, times
        Which it is, and its times; None where the site does not tell them.
    texts
        What the site said of the times of all plans.
    """

    plan: int
    times: Times | None
    texts: tuple[str, ...]


class Planning:
    """Takes, changes and gives back the plan of one site.

    Parameters
    ----------
    asker
        Whoever can ask the site.
    code
        The security code 2; "" = it is not known, and nothing is sent.
    """

    def __init__(self, asker: Asker, code: str) -> None:
        self._asker, self._code = asker, code
        self._found: dict[int, Times] = {}
        self._changed: set[int] = set()
        self._ours: Stand | None = None
        self._tried: Times | None = None
        self.forget()

    def forget(self) -> None:
        """Begin anew: of nothing of ours is known that it is there."""
        self._sent: PlanRequest | None = None
        self._sent_s, self._cycle_s = float("-inf"), 0
        self._plan_before = 0
        self._busy = False

    @property
    def disturbed(self) -> bool:
        """Whether somebody else has changed the plan that is ours: which one runs, or its times."""
        view, ours = self._asker.view, self._ours
        if self._busy or ours is None or not (view.plan_from_us and view.forced):
            return False
        if view.plan == ours.plan:
            self._plan_before = ours.plan
        elif view.plan != self._plan_before:
            return True
        texts = view.texts_of(TIMES)
        if texts == ours.texts:
            return False
        if read_times(view).get(ours.plan) != ours.times:
            return True
        self._ours = ours._replace(texts=texts)
        return False

    def without_code(self, text: str) -> str:
        """Return a text of the site without the security code in it."""
        return text.replace(self._code, HIDDEN) if self._code else text

    async def take(self) -> None:
        """Set the time-out, choose the plan that runs. Raises `CabinetRefusedError` where the site does not follow."""
        if not self._code:
            raise CabinetRefusedError('rsmp: nothing can be asked without the secret "security_code_2"')
        view, minutes = self._asker.view, self._asker.options.backup_min
        await self._asker.read(TABLES)
        self._check_free()
        await self._do(set_backup(minutes, self._code))
        await self._asker.read(TABLES)
        if view.values.get(("S0034", "status")) != str(minutes):
            raise CabinetRefusedError(f"rsmp: the site does not take a time-out of {minutes} minutes")
        view.backup_min = minutes
        if self._ours is None:
            self._found = read_times(view)
            self._changed.clear()
        plan = view.plan or 1
        self._note_stand(plan)  # the answer may be lost, and it is ours all the same
        await self._do(choose_plan(plan, self._code, on=True))
        view.choose(plan)
        if not await self._follows(plan):
            raise CabinetRefusedError(f"rsmp: the site does not say that it runs plan {plan} because it was told to")
        self._note_stand(plan)

    async def send(self, request: PlanRequest) -> Receipt:
        """Send the times of a plan that differ from those that stand, at most once a cycle, and read them back."""
        now_s = self._asker.now_s()
        if request == self._sent:
            return Receipt(
                accepted=True, code="unchanged", detail="the site has it", sent_s=self._sent_s, answered_s=now_s
            )
        if not (self._asker.view.plan_from_us and self._asker.view.forced):
            return _no("not-in-control", "the plan of the site is not ours", now_s, now_s)
        if now_s - self._sent_s < self._cycle_s - EARLY_S:
            return _no("too-soon", "a plan changes at most once in its cycle", now_s, now_s)
        await self._asker.read(TABLES)  # what stands there is not always what was sent
        orders = self._orders(request)
        if isinstance(orders, str):
            return _no("not-expressible", orders, now_s, now_s)
        self._changed.add(request.plan)
        self._sent_s, self._cycle_s = now_s, request.cycle_s
        self._busy, self._plan_before = True, self._asker.view.plan
        try:
            for order in orders:
                await self._do(order)
            return await self._verify(request, now_s)
        except CabinetRefusedError as error:
            return _no("refused", str(error), now_s, self._asker.now_s())
        finally:
            self._busy = False

    async def release(self) -> bool:
        """Let the site choose again, restore the times that were found; whether it says so itself.

        What somebody else has changed is his: then nothing is sent, and the site does not say so.
        """
        view = self._asker.view
        if self.disturbed:
            view.choose(0)
            self._ours, self._sent = None, None
            return False
        if not view.plan_from_us:
            await self._asker.read(("S0014",))
            return not view.forced
        plan = view.plan or 1
        await self._do(choose_plan(plan, self._code, on=False))
        view.choose(0)
        self._ours, self._sent = None, None
        await self._asker.read(TABLES)
        for changed in sorted(self._changed):
            times = self._found.get(changed)
            if times is not None:
                await self._set(changed, times)
        await self._asker.read(TABLES)
        stand = read_times(view)
        restored = all(stand.get(number) == self._found.get(number) for number in self._changed)
        self._changed.clear()
        return not view.forced and restored

    def _check_free(self) -> None:
        """See that nobody else has chosen a plan; our own of before, which we have lost, is ours."""
        view, ours = self._asker.view, self._ours
        if view.forced and not view.plan_from_us:
            if ours is None or view.plan != ours.plan or not self._may_be_ours(read_times(view).get(view.plan)):
                raise CabinetRefusedError("rsmp: somebody else has chosen its plan")
        elif not view.forced:
            self._ours = None

    def _may_be_ours(self, there: Times | None) -> bool:
        """Whether each of the times is one that stood, or that we have sent: an answer may have been lost."""
        known = [times for times in (self._ours and self._ours.times, self._tried) if times is not None]
        if there is None or not known:
            return there is None
        return (
            there.cycle_s in [times.cycle_s for times in known]
            and there.offset_s in [times.offset_s for times in known]
            and there.extensions in [times.extensions for times in known]
        )

    def _note_stand(self, plan: int) -> None:
        """Remember how the plan stands that is ours, as it was read back."""
        view = self._asker.view
        self._ours = Stand(plan, read_times(view).get(plan), view.texts_of(TIMES))

    def _orders(self, request: PlanRequest) -> list[Order] | str:
        """Return what must be sent, in its order, or why it cannot be said."""
        bands = self._asker.options.bands
        if not 1 <= request.plan <= len(bands):
            return f"there is no plan {request.plan}"
        extensions = bands[request.plan - 1].extensions(request.green_s)
        if extensions is None:
            return "its bands cannot give the steps these lengths"
        if sum(request.green_s) != request.cycle_s or not 1 <= request.cycle_s <= 255:
            return "the cycle must be the sum of its steps, and at most 255 s"
        if not 0 <= request.offset_s <= 255:
            return "the offset must lie between 0 and 255 s"
        times = self._tried = Times(request.cycle_s, request.offset_s, extensions)
        orders = [set_backup(self._asker.options.backup_min, self._code)]
        stand = read_times(self._asker.view).get(request.plan)
        orders += self._times(request.plan, times, stand)
        if request.plan != self._asker.view.plan_from_us:
            orders.append(choose_plan(request.plan, self._code, on=True))
        return orders

    def _times(self, plan: int, times: Times, stand: Times | None) -> list[Order]:
        """Bands come last: with them the site has everything that fits together."""
        orders = []
        if stand is None or stand.cycle_s != times.cycle_s:
            orders.append(set_cycle(plan, times.cycle_s, self._code))
        if stand is None or stand.offset_s != times.offset_s:
            orders.append(set_offset(plan, times.offset_s, self._code))
        if stand is None or stand.extensions != times.extensions:
            orders.append(set_bands(plan, times.extensions, self._code))
        return orders

    async def _set(self, plan: int, times: Times) -> None:
        for order in self._times(plan, times, read_times(self._asker.view).get(plan)):
            await self._do(order)

    async def _do(self, order: Order) -> None:
        """Send a command; what came of it must be what was asked."""
        answer = await self._asker.command(order)
        asked = {(row.command, row.name): row.value for row in order}
        for row in answer.returned:
            if row.age != "recent":
                raise CabinetRefusedError(f"rsmp: the site cannot do {row.command}")
            if "code" not in row.name.lower() and row.value != asked.get((row.command, row.name)):
                raise CabinetRefusedError(f"rsmp: the site answers {row.command} with another {row.name}")

    async def _verify(self, request: PlanRequest, sent_s: float) -> Receipt:
        await self._asker.read(TABLES)
        view = self._asker.view
        stand = read_times(view).get(request.plan)
        extensions = self._asker.options.bands[request.plan - 1].extensions(request.green_s)
        if stand is None or (stand.cycle_s, stand.offset_s, stand.extensions) != (
            request.cycle_s,
            request.offset_s,
            extensions,
        ):
            return _no("not-verified", "the site reads back other times", sent_s, self._asker.now_s())
        if request.plan != view.plan_from_us:
            view.choose(request.plan)
        self._sent = request
        self._note_stand(request.plan)
        return Receipt(
            accepted=True, code="accepted", detail="sent and read back", sent_s=sent_s, answered_s=self._asker.now_s()
        )

    async def _follows(self, plan: int) -> bool:
        """Wait until the site says that it runs a plan because it was told to."""
        until_s = self._asker.now_s() + self._asker.options.seconds["answer_s"]
        while True:
            await self._asker.read(("S0014",))
            if self._asker.view.forced and self._asker.view.plan == plan:
                return True
            if self._asker.now_s() >= until_s:
                return False
            await self._asker.pause(LOOK_S)


def _no(code: str, detail: str, sent_s: float, answered_s: float) -> Receipt:
    return Receipt(accepted=False, code=code, detail=detail, sent_s=sent_s, answered_s=answered_s)


def read_times(view: View) -> dict[int, Times]:
    """Return the times of each plan as a site tells them (S0023, S0024, S0028); what it does not tell is left out."""
    texts = [view.values.get((code, "status"), "") for code in ("S0028", "S0024")]
    cycles, offsets = (read_pairs(text) or {} for text in texts)
    bands: dict[int, dict[int, int]] = {plan: {} for plan in cycles}
    for row in view.values.get(("S0023", "status"), "").split(","):
        parts = row.split("-")
        if len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
            plan, band, more = map(int, parts)
            bands.setdefault(plan, {})[band] = more
    return {plan: Times(cycle, offsets[plan], bands[plan]) for plan, cycle in cycles.items() if plan in offsets}
