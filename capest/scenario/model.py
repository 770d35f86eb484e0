"""The scenario: its sections together, validated and frozen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, PrivateAttr, model_validator
from pydantic.fields import FieldInfo

from capest.errors import Problem, ScenarioError
from capest.scenario.constellation_rules import is_constellation
from capest.scenario.derived import Derived
from capest.scenario.effective import effective
from capest.scenario.harq import harq_mode, harq_round_trips, height_notes
from capest.scenario.linked import (
    BRANCHES,
    GAINS,
    Moved,
    beam_notes,
    branch_notes,
    followers,
    shell_beam_notes,
)
from capest.scenario.moments import with_text_start
from capest.scenario.network_rules import DEFAULT as DEFAULT_RULES
from capest.scenario.network_rules import RULES, rule_values, with_rules
from capest.scenario.origins import FOLLOWS, GIVEN, PRESET, fillers, origins_of
from capest.scenario.paths import anchor_paths
from capest.scenario.plain import plain, remove_key, set_key
from capest.scenario.presets import (
    KINDS,
    moved_by_rules,
    supplied,
    supplier,
    with_presets,
)
from capest.scenario.problems import find_problems, good_values, keys_of
from capest.scenario.reading import uplink_interference
from capest.scenario.reading_table import is_read
from capest.scenario.renamed import in_new_names, is_of_constellation, problems_of, tell
from capest.scenario.rules import broken_rules
from capest.scenario.sections import (
    BeamSettings,
    CarrierSettings,
    CellSettings,
    ChannelSettings,
    ConstellationSettings,
    HandsetSettings,
    LinkSettings,
    RegionSettings,
    Rules,
    RunSettings,
    SatelliteSettings,
    SchedulerSettings,
    Section,
    ServiceSettings,
    Text,
    UplinkSettings,
    UserSettings,
)
from capest.scenario.shell_tables import (
    PAYLOAD,
    SHELL,
    key_of_model,
    number_problem,
    with_shell_presets,
)
from capest.scenario.uplink_rules import width_notes
from capest.scenario.variants import keys_of_variant
from capest.scenario.write import to_toml
from capest.scenario.written import (
    Written,
    flat,
    may_be_idle,
    unread_notes,
    unread_problems,
)

_DEFAULT_PRESETS = {"handset": HandsetSettings.model_fields["preset"].default}


class Scenario(Derived, Section):
    """Everything a run depends on.

    Make one with `capest.scenario.load.load_scenario`, which resolves presets and reports all
    faults of a file together.
    """

    title: Text = ""
    rules: Rules = DEFAULT_RULES
    satellite: SatelliteSettings
    constellation: ConstellationSettings = ConstellationSettings()
    region: RegionSettings = RegionSettings()
    cells: CellSettings = CellSettings()
    beams: BeamSettings = BeamSettings()
    carrier: CarrierSettings = CarrierSettings()
    users: UserSettings = UserSettings()
    handset: HandsetSettings
    channel: ChannelSettings = ChannelSettings()
    uplink: UplinkSettings = UplinkSettings()
    link: LinkSettings = LinkSettings()
    service: ServiceSettings = ServiceSettings()
    scheduler: SchedulerSettings = SchedulerSettings()
    run: RunSettings = RunSettings()
    _written: Written = PrivateAttr(default=Written())
    _moved: tuple[Moved, ...] = PrivateAttr(default=())
    _origins: dict[str, str] = PrivateAttr(default_factory=dict)
    _variants: dict[str, dict[str, Any]] = PrivateAttr(default_factory=dict)
    _variant_notes: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _obey_rules(self) -> Scenario:
        problems = broken_rules(dict(self.items()))
        if problems:
            raise ValueError("\n".join(str(problem) for problem in problems))
        return self

    @property
    def has_constellation(self) -> bool:
        """Whether many satellites serve a region, not one its own layout of beams."""
        return is_constellation(dict(_items(self.constellation, "constellation.")))

    @property
    def uplink_interference(self) -> str:
        """What disturbs the uplink: "load", "full-buffer" or "off", given or as calls need it."""
        return uplink_interference(dict(self.items()))

    @property
    def harq(self) -> str:
        """How block errors are dealt with: "on", "off" or "uncharged", given or by height."""
        return harq_mode(dict(self.items()))

    @property
    def harq_round_trips(self) -> int:
        """Round trips that the delay of packets allows for."""
        return harq_round_trips(self.harq, self.link.harq_round_trips)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Yield every dotted key with its value, in the order of the model."""
        yield from _items(self, "")

    def effective(self) -> dict[str, dict[str, Any]]:
        """Return section -> key -> value of what can change a result, and nothing else."""
        return effective(self)

    @property
    def written(self) -> frozenset[str]:
        """Keys that somebody chose, in a file, on the command line or with `replace`."""
        return self._written.all

    @property
    def origins(self) -> Mapping[str, str]:
        """Where every value comes from, by dotted key: "file", "given" in Python, an option such as
        "--set users.count=9", "preset NAME", "rules 0.3", "follows KEY" or "default".

        Tables of shells have keys such as ``constellation.shell.2.hpbw_deg``.
        """
        return MappingProxyType(self._origins)

    @property
    def variants(self) -> Mapping[str, dict[str, Any]]:
        """Named sets of keys of the scenario's file: name -> dotted keys with their values."""
        return MappingProxyType(
            {name: keys_of_variant(table) for name, table in self._variants.items()}
        )

    @property
    def variant_notes(self) -> tuple[str, ...]:
        """What variants set and their scenarios do not read, one line each."""
        return self._variant_notes

    @property
    def usual_values(self) -> dict[str, Any]:
        """What stands where nobody writes anything, by dotted key: of presets, rules, defaults."""
        raw = plain(self.model_dump())
        found: dict[str, Any] = {}
        for _, values in reversed(_fillers(raw)):
            found |= values
        return found

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of the keys, one line each: what is not read, what moved."""
        values, written = dict(self.items()), self._written.all
        preset = supplied({"satellite": {"preset": self.satellite.preset}}, {})
        of_satellite = {key.partition(".")[2]: value for key, value in preset.items()}
        moved = [one.note(values) for one in self._moved if is_read(one.key, values)]
        beams = (*beam_notes(values, written, of_satellite), *shell_beam_notes(values))
        others = (*branch_notes(values, written), *height_notes(values), *width_notes(values))
        return (*unread_notes(written, values, fields()), *moved, *beams, *others)

    @property
    def moves(self) -> tuple[str, ...]:
        """What followed a key that somebody wrote, read or not, one line each."""
        return tuple(one.note(dict(self.items())) for one in self._moved)

    def __eq__(self, other: object) -> bool:
        """Compare values: which of them somebody wrote does not matter."""
        if not isinstance(other, Scenario):
            return NotImplemented
        return tuple(self.items()) == tuple(other.items())

    def __hash__(self) -> int:
        return hash(tuple(self.items()))

    def __repr__(self) -> str:
        from capest.scenario.printed import text

        return text(self)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        from capest.scenario.printed import html

        return html(self)

    def replace(self, **changes: Any) -> Scenario:
        """Return a scenario with some keys changed, validated again.

        Parameters
        ----------
        **changes
            ``section__key=value``, such as ``beams__frequency_reuse=3``, or a section with some of
            its keys, ``beams={"frequency_reuse": 3}``. A new preset replaces
            every value it supplies, except those named in the same call. Relative paths start
            in the working folder.

        Raises
        ------
        ScenarioError
            With every fault of the outcome, also a key that the outcome does not read.
        """
        raw = plain(self.model_dump())
        keys: dict[str, Any] = {}
        for name, value in changes.items():
            keys |= _leaves(name.replace("__", "."), plain(value))
        after = plain(self.model_dump())
        for key, value in keys.items():
            set_key(after, key, value)
        keys, old_names = in_new_names(keys, "scenario", is_of_constellation(after))
        tell(old_names)
        renewed = [section for section in KINDS if keys.get(f"{section}.preset") is not None]
        sections = plain(self.model_dump(include=set(renewed)))
        old = {f"{PRESET}{sections[section].get('preset')}" for section in renewed}
        own = {
            key: value
            for key, value in self.items()
            if supplier(key) not in renewed and self._origins.get(key) not in old
        }
        for key in dict(self.items()).keys() - own.keys():
            remove_key(raw, key)
        before = self._written.all & own.keys()
        if "rules" in keys:
            for key in drop_rule_values(raw, before):
                own.pop(key, None)
        named = {key_of_model(key) for key in keys} & fields().keys()
        strays = [problem for key in keys if (problem := number_problem(raw, key))]
        if strays:
            raise ScenarioError("scenario", strays)
        for key in keys:
            if key.startswith(f"{SHELL}.") and key.endswith(".preset"):
                for name in PAYLOAD:
                    remove_key(raw, f"{key.rpartition('.')[0]}.{name}")
        for key, value in keys.items():
            set_key(raw, key, value)
        anchor_paths(raw, "")
        moved = tuple(one for one in self._moved if one.key in own and one.key not in named)
        origins = {key: origin for key, origin in self._origins.items() if key in own}
        origins |= dict.fromkeys(keys, GIVEN)
        labels = frozenset(KINDS) - {*renewed}
        written = Written(frozenset(named), before, own, origins, labels)
        problems = problems_of(old_names)
        found = build_scenario("scenario", raw, problems, written=written, moved=moved)
        found._variants, found._variant_notes = self._variants, self._variant_notes
        return found

    def to_toml(self) -> str:
        """Write the scenario as TOML, complete, so that it loads to an equal scenario."""
        return to_toml(self)


def build_scenario(
    source: str,
    raw: Mapping[str, Any],
    noted: Sequence[Problem] = (),
    *,
    written: Written | None = None,
    moved: Sequence[Moved] = (),
    excused: list[Problem] | None = None,
) -> Scenario:
    """Resolve presets and validate, reporting every fault together.

    Parameters
    ----------
    source : str
        Where the values came from, for messages.
    raw : mapping
        Nested plain values.
    noted : sequence of Problem
        Faults found before.
    written : Written, optional
        What somebody chose of the values; nothing if not given.
    moved : sequence of Moved
        Keys that followed others before.
    excused : list of Problem, optional
        Takes what somebody wrote and nothing reads, which is no fault then.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every fault.
    """
    raw = with_text_start(raw)
    written = written or Written()
    of_presets = supplied(raw, _DEFAULT_PRESETS)
    before = raw
    of_rules = rule_values(raw.get("rules"))
    own = {**_defaults(), **of_rules, **of_presets, **written.own}
    chosen = {
        key: value for key, value in flat(raw, (*GAINS, BRANCHES)).items() if key in written.keys
    }
    # None undoes a preset's figure: that is written too.
    undone = {key for key in GAINS if _is_undone(raw, key)}
    handset = flat(raw, ("handset.preset",)).get("handset.preset", _DEFAULT_PRESETS["handset"])
    for value, follower in followers(chosen, written.all | undone, own, handset):
        raw = _with_key(raw, follower.key, value)
        earlier = {one.key: one.from_value for one in moved}
        start = earlier.get(follower.key, follower.from_value)
        moved = [one for one in moved if one.key != follower.key]
        if value != start:
            moved.append(replace(follower, from_value=start))
    resolved, unresolved = with_presets(raw, _DEFAULT_PRESETS, written.labels)
    complete = "constellation" in written.labels
    resolved, unlike = with_shell_presets(with_rules(resolved), complete=complete)
    sections = {problem.key.partition(".")[0] for problem in unresolved}
    problems = [*noted, *unresolved, *unlike, *find_problems(Scenario, resolved, sections)]
    values = good_values(resolved, fields(), {problem.key for problem in problems})
    idle = list(unread_problems(written, values, own, fields()))
    if excused is None:
        problems += idle
    else:
        excused += idle
    if problems:
        raise ScenarioError(source, problems)
    scenario = Scenario.model_validate(resolved)
    named = frozenset(key for key in written.all if not may_be_idle(key, own, fields()))
    scenario._written, scenario._moved = Written(named), tuple(moved)
    scenario._origins = origins_of(before, list(fields()), written.origins, _fillers(before)) | {
        one.key: f"{FOLLOWS}{one.with_key}" for one in moved
    }
    return scenario


def drop_rule_values(raw: dict[str, Any], written: Collection[str] = ()) -> set[str]:
    """Take out, in place, what neither somebody nor a preset gave: other rules fill it.

    Parameters
    ----------
    raw : dict
        Nested plain values.
    written : collection of str
        Dotted keys that somebody chose.

    Returns
    -------
    set of str
        Keys that are out.
    """
    of_rules = moved_by_rules(raw, _DEFAULT_PRESETS)
    of_presets = supplied(raw, _DEFAULT_PRESETS).keys() - of_rules
    dropped = (RULES.keys() | of_rules) - of_presets - set(written)
    for key in dropped:
        remove_key(raw, key)
    return dropped


@cache
def fields() -> dict[str, FieldInfo]:
    """Return every dotted key of a scenario with its field."""
    return dict(keys_of(Scenario))


def _fillers(raw: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return fillers(raw, _DEFAULT_PRESETS, _defaults())


@cache
def _defaults() -> dict[str, Any]:
    return {key: field.default for key, field in fields().items() if not field.is_required()}


def _is_undone(raw: Mapping[str, Any], key: str) -> bool:
    section, _, name = key.partition(".")
    table = raw.get(section)
    return isinstance(table, Mapping) and name in table and table[name] is None


def _leaves(key: str, value: Any) -> dict[str, Any]:
    """Dotted keys of a value that may be a section, or part of one: other keys of it stay."""
    if not isinstance(value, Mapping) or not value:
        return {key: value}
    found: dict[str, Any] = {}
    for name, each in value.items():
        found |= _leaves(f"{key}.{name}", each)
    return found


def _with_key(raw: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    section, _, name = key.partition(".")
    return {**raw, section: {**raw.get(section, {}), name: value}}


def _items(section: BaseModel, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _items(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
