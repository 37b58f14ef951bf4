"""Pure: what a criterion is, read from ``criteria.yaml``: a closed vocabulary, no code and no SQL.

An unknown key, a code given twice or a value outside the vocabulary stops the start with the file, the criterion's
code and the key.
"""

import hashlib
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import rfc8785
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from contract.names import Slug
from server.criteria.period import Period

Code = Annotated[str, StringConstraints(pattern=r"^TC\d{2}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Input = Literal["auto", "mixed", "manual"]
Pattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_*?-]{1,64}$")]

SAME_PERIOD: Final = "same_period_last_year"


class DefinitionError(ValueError):
    """criteria.yaml is wrong. Its text names the file, the criterion and the key."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Part):
    """A text in both languages."""

    vi: Line
    en: Line


class Basis(_Part):
    """Where it comes from: ``S`` a public source, ``P`` our proposal (never shown as "theo quy định")."""

    mark: Literal["S", "P"]
    note: Line


class Measure(_Part):
    """What is measured.

    incident + count: confirmed incidents by ``occurred_at``. camera + uptime: percent of the elapsed period in which
    the cameras gave pictures. camera + count: cameras in service. entry: a figure that an officer enters.
    """

    entity: Literal["incident", "camera", "entry"]
    aggregate: Literal["count", "uptime", "value"]
    time: Literal["occurred_at"] | None = None
    unit: Literal["vụ", "điểm", "camera", "%", ""] = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        allowed = {"incident": {"count"}, "camera": {"count", "uptime"}, "entry": {"value"}}[self.entity]
        if self.aggregate not in allowed:
            raise ValueError(f"{self.entity} has no aggregate {self.aggregate}; use {' or '.join(sorted(allowed))}")
        if (self.time is not None) != (self.entity == "incident"):
            raise ValueError("time: occurred_at goes with entity: incident, and only with it")
        return self


class Where(_Part):
    """Which incidents bear on it: their rule's kind is one of ``rule_kind``, its name fits ``rule_name`` and no
    ``but_not``; or their kind is one of ``any_name``. They decide a criterion that counts incidents, and are listed
    beside one that measures cameras.

    Name patterns know ``*`` and ``?``.
    """

    rule_kind: tuple[Slug, ...] = Field(min_length=1)
    rule_name: tuple[Pattern, ...] = ("*",)
    but_not: tuple[Pattern, ...] = ()
    any_name: tuple[Slug, ...] = ()

    def matches(self, rule_kind: str, rule_name: str) -> bool:
        """Whether an incident of this rule bears on the criterion."""
        if rule_kind in self.any_name:
            return True
        if rule_kind not in self.rule_kind:
            return False
        fits = any(fnmatchcase(rule_name, pattern) for pattern in self.rule_name)
        return fits and not any(fnmatchcase(rule_name, pattern) for pattern in self.but_not)


class Compare(_Part):
    """What decides: at most / at least / equal to a fixed ``target``, or at most (least) last year's same period."""

    against: Literal["target", "same_period_last_year"]
    rule: Literal["at_most", "at_least"]
    target: float | None = None

    @model_validator(mode="after")
    def _has_its_target(self) -> Self:
        if (self.target is not None) != (self.against == "target"):
            raise ValueError("target goes with against: target, and only with it")
        return self


class Requires(_Part):
    """What a result that rests on absence needs.

    ``camera_uptime``: the share of the elapsed period every camera in service was up, 0..1. ``rule_in_service``: the
    ward says that its cameras run a rule for this; while false, a zero is unknown (nobody looked).
    """

    camera_uptime: float = Field(gt=0.0, le=1.0)
    rule_in_service: bool


class Effective(_Part):
    """From which day on it is used, and the first day on which it no longer is (half-open)."""

    start: date = Field(alias="from")
    end: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError("to lies before from")
        return self


class Definition(_Part):
    """One criterion."""

    code: Code
    name: Words
    target: Words
    basis: Basis
    legal_basis: str = Field(max_length=400)
    input: Input
    measure: Measure
    where: Where | None = None
    compare: Compare | None = None
    better: Literal["lower", "higher"] | None = None
    requires: Requires | None = None
    effective: Effective
    baselines: dict[str, int] = Field(default_factory=dict)
    """Figures of earlier periods that an officer entered by hand, by period key: the first year's cùng kỳ."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        of_incidents = self.measure.entity == "incident"
        if of_incidents != (self.requires is not None) or (of_incidents and self.where is None):
            raise ValueError("where and requires go with entity: incident, and requires only with it")
        if self.where is not None and self.measure.entity == "entry":
            raise ValueError("where goes with entity: incident or camera")
        if (self.compare is None) != (self.better is None):
            raise ValueError("compare and better go together")
        if (self.input == "manual") and self.measure.entity != "entry":
            raise ValueError("input: manual measures entity: entry")
        if (self.input == "auto") and (self.measure.entity == "entry" or self.compare is None):
            raise ValueError("input: auto measures incidents or cameras, and compares them")
        if self.compare is not None:
            if (self.compare.rule == "at_most") != (self.better == "lower"):
                raise ValueError("at_most is better: lower, at_least is better: higher")
            if of_incidents and self.better != "lower":
                raise ValueError("confirmed incidents are counted against a ward: better: lower")
            if self.compare.against == SAME_PERIOD and not of_incidents:
                raise ValueError("same_period_last_year compares incidents")
        return self

    def bears(self, rule_kind: str, rule_name: str) -> bool:
        """Whether an incident of this rule bears on it."""
        return self.where is not None and self.where.matches(rule_kind, rule_name)

    def applies(self, period: Period) -> bool:
        """Whether it is in effect on a day of the period."""
        end = self.effective.end
        return self.effective.start < period.end_day and (end is None or period.first_day < end)

    def sha256(self) -> str:
        """The hash of this definition: a result says which wording of the criterion it answers."""
        return hashlib.sha256(rfc8785.dumps(self.model_dump(mode="json", by_alias=True))).hexdigest()


class Definitions(_Part):
    """All criteria, in the order they are shown."""

    version: Literal[1]
    criteria: tuple[Definition, ...] = Field(min_length=1)

    def get(self, code: str) -> Definition | None:
        """The criterion of a code."""
        return next((definition for definition in self.criteria if definition.code == code), None)

    def bearing(self, rule_kind: str, rule_name: str) -> tuple[str, ...]:
        """Codes of the criteria that an incident of this rule bears on."""
        return tuple(each.code for each in self.criteria if each.bears(rule_kind, rule_name))


def load(path: Path) -> Definitions:
    """Read ``criteria.yaml``. Raises DefinitionError that names the file, the criterion and the key."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionError(f"{path}: can't be read ({error.strerror}); name the file of criteria") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    try:
        definitions = Definitions.model_validate(raw)
    except ValidationError as error:
        raise DefinitionError("\n".join(f"{path}: {line}" for line in _lines(error, raw))) from error
    codes = [definition.code for definition in definitions.criteria]
    for code in codes:
        if codes.count(code) > 1:
            raise DefinitionError(
                f"{path}: {code}: code: is given {codes.count(code)} times; each criterion has its own"
            )
    return definitions


def _lines(error: ValidationError, raw: object) -> list[str]:
    """One line per fault: the criterion's code where it has one, the key's path, what is wrong."""
    lines = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        path: list[Any] = list(fault["loc"])
        name = ""
        if path[:1] == ["criteria"] and len(path) > 1:
            name = f"{_code(raw, path[1])}: "
            path = path[2:]
        message = (
            "is no key of this file"
            if fault["type"] == "extra_forbidden"
            else fault["msg"].removeprefix("Value error, ")
        )
        key = ".".join(str(part) for part in path)
        lines.append(f"{name}{key}: {message}" if key else f"{name}{message}")
    return lines


def _code(raw: object, index: object) -> str:
    """What to call a criterion that may be broken: its code, or its place in the list."""
    if isinstance(raw, dict) and isinstance(index, int):
        entry = raw["criteria"][index]
        if isinstance(entry, dict) and isinstance(entry.get("code"), str):
            return str(entry["code"])
        return f"criterion {index + 1}"
    return "criteria"
