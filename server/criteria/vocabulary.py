"""Pure: the words of which ``criteria.yaml`` is made: a closed vocabulary, no code and no SQL."""

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contract.names import Slug
from server.criteria.faultwords import NAME_SHAPE, mistake
from server.verdict import Source

Line = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Input = Literal["auto", "mixed", "manual"]
Pattern = Annotated[str, StringConstraints(pattern=NAME_SHAPE)]
CategoryCode = Literal["social_order", "economic", "environment", "drugs", "traffic", "fire", "urban_order", "none"]
Unit = Literal["vụ", "điểm", "đối tượng", "người", "văn bản", "mô hình", "đơn", "camera", "giờ", "%", ""]

SAME_PERIOD: Final = "same_period_last_year"
AGGREGATES: Final[Mapping[str, frozenset[str]]] = {
    "incident": frozenset(
        {"count", "sum", "share_handled", "share_handled_in_time", "standing", "median_time_to_clear"}
    ),
    "camera": frozenset({"count", "uptime"}),
    "entry": frozenset({"value", "sum"}),
}
ADDITIVE: Final = frozenset({"count", "sum"})
"""Of incidents and entries: a quarter's is the sum of its months'."""
SHARES: Final = frozenset({"share_handled", "share_handled_in_time"})


class Part(BaseModel):
    """What every part of a definition is: frozen, no key is unknown to it, and its numbers are finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Words(Part):
    """A text in both languages."""

    vi: Line
    en: Line


class Basis(Part):
    """Where it comes from: ``S`` a public source, ``P`` our proposal (never shown as "theo quy định")."""

    mark: Literal["S", "P"]
    note: Line


class Measure(Part):
    """What is measured.

    incident: confirmed incidents by ``occurred_at``. count; sum of a ``field``; share_handled and
    share_handled_in_time (percent); standing (spots not cleared at the period's end, whenever they began);
    median_time_to_clear (hours). camera: uptime (percent of the elapsed period), count (in service). entry: a figure
    that an officer enters: value (as it is), sum (the figures of a quarter's months add up).
    """

    entity: Literal["incident", "camera", "entry"]
    aggregate: Literal[
        "count",
        "sum",
        "share_handled",
        "share_handled_in_time",
        "standing",
        "median_time_to_clear",
        "uptime",
        "value",
    ]
    field: Literal["suspects", "victims", "deaths", "injured"] | None = None
    time: Literal["occurred_at"] | None = None
    unit: Unit = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        allowed = AGGREGATES[self.entity]
        if self.aggregate not in allowed:
            raise mistake(
                f"{self.entity} không có aggregate {self.aggregate}; hãy dùng {' hoặc '.join(sorted(allowed))}",
                f"{self.entity} has no aggregate {self.aggregate}; use {' or '.join(sorted(allowed))}",
            )
        if (self.time is not None) != (self.entity == "incident"):
            raise mistake(
                "time: occurred_at phải có khi entity: incident, và chỉ khi đó",
                "time: occurred_at goes with entity: incident, and only with it",
            )
        if (self.field is not None) != (self.entity == "incident" and self.aggregate == "sum"):
            raise mistake(
                "field phải có khi entity: incident và aggregate: sum, và chỉ khi đó",
                "field goes with aggregate: sum of incidents, and only with it",
            )
        return self

    @property
    def is_additive(self) -> bool:
        """A quarter's figure is the sum of its months'."""
        return self.entity != "camera" and self.aggregate in ADDITIVE


class Kind(NamedTuple):
    """What a criterion asks of an incident: ``source`` and ``category`` as in server.verdict."""

    rule_kind: str = ""
    rule_name: str = ""
    category: str = ""
    source: str = Source.CAMERA
    camera_assisted: bool = False


class Where(Part):
    """Which incidents: all that is given must hold. ``rule_kind``, ``rule_name``, ``but_not``: a camera's rule; kinds
    of ``any_name`` fit whatever their rule is called. Name patterns know ``*`` and ``?``."""

    rule_kind: tuple[Slug, ...] = ()
    rule_name: tuple[Pattern, ...] = ("*",)
    but_not: tuple[Pattern, ...] = ()
    any_name: tuple[Slug, ...] = ()
    category: tuple[CategoryCode, ...] = ()
    """``none``: nobody has given it one yet."""
    source: tuple[Source, ...] = ()
    camera_assisted: bool | None = None
    """true: a camera saw it, or helped one that was entered by hand."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.rule_kind or self.any_name or self.category or self.source) and self.camera_assisted is None:
            raise mistake(
                "chưa nêu vụ việc nào; hãy ghi rule_kind, category, source hoặc camera_assisted",
                "names no incidents; give rule_kind, category, source or camera_assisted",
            )
        if not self.rule_kind and (self.rule_name != ("*",) or self.but_not):
            raise mistake("rule_name và but_not phải đi cùng rule_kind", "rule_name and but_not go with rule_kind")
        return self

    def matches(self, kind: Kind) -> bool:
        """Whether it is one of them."""
        if self.source and kind.source not in self.source:
            return False
        if self.category and (kind.category or "none") not in self.category:
            return False
        assisted = kind.camera_assisted or kind.source == Source.CAMERA
        if self.camera_assisted is not None and self.camera_assisted != assisted:
            return False
        return not (self.rule_kind or self.any_name) or self._rule_fits(kind)

    def _rule_fits(self, kind: Kind) -> bool:
        if kind.rule_kind in self.any_name:
            return True
        if kind.rule_kind not in self.rule_kind:
            return False
        fits = any(fnmatchcase(kind.rule_name, pattern) for pattern in self.rule_name)
        return fits and not any(fnmatchcase(kind.rule_name, pattern) for pattern in self.but_not)

    @property
    def is_by_hand(self) -> bool:
        """None of them comes from a camera by itself."""
        return bool(self.source) and Source.CAMERA not in self.source


class SmallBase(Part):
    """Last year's figure ``below`` which up to ``allow`` more is a risk and not a failure: two cases instead of one say
    little."""

    below: int = Field(ge=1, le=1000)
    allow: int = Field(ge=1, le=1000)


class Compare(Part):
    """What decides: at most / at least a fixed ``target``, or at most (least) last year's same period."""

    against: Literal["target", "same_period_last_year"]
    rule: Literal["at_most", "at_least"]
    target: float | None = None
    small_base: SmallBase | None = None

    @model_validator(mode="after")
    def _has_its_target(self) -> Self:
        if (self.target is not None) != (self.against == "target"):
            raise mistake(
                "target phải có khi against: target, và chỉ khi đó",
                "target goes with against: target, and only with it",
            )
        if self.small_base is not None and (self.against == "target" or self.rule == "at_least"):
            raise mistake(
                "small_base chỉ dùng khi against: same_period_last_year và rule: at_most",
                "small_base goes with at_most same_period_last_year",
            )
        return self


class Requires(Part):
    """What a result that rests on absence needs.

    ``camera_uptime``: the share of the elapsed period every camera in service was up, 0..1. ``rule_in_service``: the
    ward says that its cameras run a rule for this; while false, a zero is unknown (nobody looked).
    """

    camera_uptime: float = Field(gt=0.0, le=1.0)
    rule_in_service: bool


class Effective(Part):
    """From which day on it is used, and the first day on which it no longer is (half-open)."""

    start: date = Field(alias="from")
    end: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise mistake("to phải sau from", "to lies before from")
        return self
