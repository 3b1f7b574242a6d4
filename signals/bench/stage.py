"""A map made ready for a suite: the scenario of every combination of tier, demand and seed."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path

from signals.bench.closing import draw_closure
from signals.bench.disturbed import DisturbedScenario
from signals.bench.rule_sets import rule_set
from signals.bench.sites import load_site, site
from signals.bench.suites import Suite
from signals.bench.tiers import CLOSED, SHOCKED, SIGHT_M, Tier
from signals.bench.travellers import Lengthened, Spans, lengthened
from signals.env.disruptions import Disruptions, disrupted
from signals.record.files import not_written
from signals.scenario import Scenario
from signals.scenario_file import DemandPart, SafetyPart, ScenarioFile, SensingPart, SumoPart, TimePart
from signals.scenario_worlds import sumo_inputs

__all__ = ["Stage"]


class Stage:
    """A map under the rules of a suite.

    Parameters
    ----------
    name
        The map.
    suite
        Its rules and times.
    folder
        Where demand with a warm-up is written.

    Attributes
    ----------
    name
        As given.

    Raises
    ------
    InputError, MissingDependencyError
        When the map is not there.
    """

    def __init__(self, name: str, suite: Suite, folder: Path) -> None:
        self.name = name
        self._suite, self._folder = suite, folder
        self._found = load_site(name)
        self._own = self._found.file.time
        rules = rule_set(suite.rules)
        self._warmup_s = self._own.warmup_s or (rules.warmup_s if suite.warmup_s is None else suite.warmup_s)
        scored_s = suite.scored_s or self._own.end_s - self._own.begin_s - self._own.warmup_s
        self.time = replace(self._own, warmup_s=self._warmup_s, end_s=self._own.begin_s + self._warmup_s + scored_s)
        # RESCO's own rules know the stages of the programs only.
        stages = "file" if rules.legacy else self._found.file.timing.stages
        self._timing = replace(rules.timing(designed=site(name).designed, site=name), stages=stages)
        self._legacy = rules.legacy

    @property
    def scored_s(self) -> tuple[float, float]:
        """From when to when travellers are scored."""
        return self.time.begin_s + self.time.warmup_s, self.time.end_s

    @cached_property
    def plain(self) -> Scenario:
        """The map at tier A with its own demand; what everything else differs from."""
        return Scenario(self._file(self.time), self._found.folder, None, self._found.notes)

    def scenario(self, tier: Tier, demand: float, seed: int) -> DisturbedScenario:
        """Return the scenario of a run.

        Parameters
        ----------
        tier
            What is seen and what is broken.
        demand
            How many travel for each one of the map.
        seed
            Of the faults, and of which lane is closed.

        Raises
        ------
        InputError, RecordError
            When the demand cannot be read or written.
        """
        file = self._file(self.time, tier)
        if file.scenario.world == "sumo":
            file = replace(file, demand=self._demand(tier, demand))
            changes = Disruptions()
        else:
            changes = Disruptions(demand_scale=demand)
        if tier.closes:
            fixed = self._lengthened.fixed_lanes if file.scenario.world == "sumo" else ()
            closure = draw_closure(self.plain.network, *self._span_s(CLOSED), seed, fixed)
            changes = replace(changes, closures=() if closure is None else (closure,))
        faults = tier.faults if tier.distorted else None
        made = disrupted(file, changes)
        found = DisturbedScenario(made, self._found.folder, None, self._found.notes, faults=faults, fault_seed=seed)
        return replace(found, legacy=self._legacy)

    def _file(self, time: TimePart, tier: Tier | None = None) -> ScenarioFile:
        """Return what the map says under our rules; its site cards are made for others."""
        sensing = SensingPart(level="full" if tier is None else tier.sensing, range_m=SIGHT_M)
        file = replace(self._found.file, time=time, timing=self._timing, safety=SafetyPart(), sensing=sensing)
        file = replace(file, scenario=replace(file.scenario, name=self.name))
        if file.sumo is None:
            return file
        inputs = sumo_inputs(self._found.file, self._found.folder)
        net, additionals = str(inputs.net.resolve()), tuple(str(path.resolve()) for path in inputs.additionals)
        parts = zip(inputs.routes, self._found.file.demand, strict=True)
        demand = tuple(replace(part, file=str(route.path.resolve())) for route, part in parts)
        world = replace(file.scenario, world="sumo")
        return replace(file, scenario=world, sumo=SumoPart(net=net, additionals=additionals), demand=demand)

    def _demand(self, tier: Tier, demand: float) -> tuple[DemandPart, ...]:
        if self.time.warmup_s == self._own.warmup_s and tier.shock == 1.0:
            parts = self.plain.file.demand
            return tuple(replace(part, scale=round(part.scale * demand, 9)) for part in parts)
        return self._lengthened.parts(demand, tier.shock)

    @cached_property
    def _lengthened(self) -> Lengthened:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise not_written(self._folder, error) from error
        added_s = self.time.warmup_s - self._own.warmup_s
        spans = Spans(self._own.begin_s, added_s, self._span_s(SHOCKED))
        return lengthened(((Path(part.file), part) for part in self.plain.file.demand), spans, self._folder)

    def _span_s(self, shares: tuple[float, float]) -> tuple[float, float]:
        begin_s, end_s = self.scored_s
        first, last = (begin_s + share * (end_s - begin_s) for share in shares)
        return round(first), round(last)
