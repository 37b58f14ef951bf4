"""Pure: what a criterion is, read from ``criteria.yaml``: a closed vocabulary (``vocabulary.py``), no code and no SQL.

A criterion has one or more checks, and is met when each of them is. A check measures one thing and compares it. Every
mistake in the file is told with its line, the criterion's code and the key (``faults.py``).
"""

import hashlib
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

import rfc8785
from pydantic import Field, StringConstraints, ValidationError, model_validator

from server.criteria.faults import Fault, codes_twice, faults_of, parse
from server.criteria.faultwords import CHECK_KEY_SHAPE, CODE_SHAPE, mistake
from server.criteria.period import Period
from server.criteria.vocabulary import (
    SAME_PERIOD,
    SHARES,
    Basis,
    Compare,
    Effective,
    Input,
    Kind,
    Measure,
    Part,
    Requires,
    Where,
    Words,
)
from server.verdict import Source

Code = Annotated[str, StringConstraints(pattern=CODE_SHAPE)]
CheckKey = Annotated[str, StringConstraints(pattern=CHECK_KEY_SHAPE)]


class Bearing(NamedTuple):
    """What incidents bear on: criterion and key of each check. ``rule_kind``: told apart by it; empty: they are not."""

    checks: tuple[tuple[str, str], ...] = ()
    rule_kind: str = ""


MOST_REMEMBERED: Final = 20_000
"""Kinds of incidents of which it is remembered what they bear on."""
_FOLDED: Final = ("measure", "where", "compare", "better", "requires", "entered")
"""Keys of a check that a criterion with one check may carry itself."""


class DefinitionError(ValueError):
    """criteria.yaml is wrong. Its text names the file, the line, the criterion and the key."""


class Check(Part):
    """One thing that is measured and compared. Without ``compare`` it is shown and decides nothing.

    ``entered``: an officer enters the official figure; the approved one stands for what was counted here, and without
    it (or the officer's word that the count is whole) the check is never met.
    """

    key: CheckKey = "value"
    name: Words | None = None
    measure: Measure
    where: tuple[Where, ...] = ()
    compare: Compare | None = None
    better: Literal["lower", "higher"] | None = None
    requires: Requires | None = None
    entered: bool = False

    @model_validator(mode="before")
    @classmethod
    def _one_where(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("where"), dict):
            return {**given, "where": [given["where"]]}
        return given

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        of_incidents = self.measure.entity == "incident"
        if of_incidents and not self.where:
            raise mistake("entity: incident cần có where", "entity: incident needs where")
        if self.where and self.measure.entity == "entry":
            raise mistake(
                "where chỉ dùng với entity: incident hoặc camera", "where goes with entity: incident or camera"
            )
        if self.requires is not None and not of_incidents:
            raise mistake(
                "requires chỉ dùng với entity: incident", "requires goes with entity: incident, and only with it"
            )
        if (self.compare is None) != (self.better is None):
            raise mistake("compare và better phải đi cùng nhau", "compare and better go together")
        if self.entered and not of_incidents:
            raise mistake(
                "entered chỉ dùng với entity: incident; entity: entry thì đằng nào cán bộ cũng nhập",
                "entered goes with entity: incident; entity: entry is entered anyway",
            )
        if self.compare is not None:
            self._compares(self.compare)
        return self

    def _compares(self, compare: Compare) -> None:
        measure = self.measure
        if (compare.rule == "at_most") != (self.better == "lower"):
            raise mistake(
                "at_most đi với better: lower, at_least đi với better: higher",
                "at_most is better: lower, at_least is better: higher",
            )
        if measure.entity != "incident":
            if compare.against == SAME_PERIOD and measure.entity == "camera":
                raise mistake(
                    "same_period_last_year chỉ so sánh vụ việc (incident) hoặc số cán bộ nhập (entry)",
                    "same_period_last_year compares incidents or entries",
                )
            return
        if (self.better == "higher") != (measure.aggregate in SHARES):
            raise mistake(
                "vụ việc đã xác minh càng ít càng tốt nên better: lower; riêng tỷ lệ (share_…) thì better: higher",
                "confirmed incidents are counted against a ward: better: lower, but for shares: higher",
            )
        if compare.against == SAME_PERIOD and not measure.is_additive:
            raise mistake(
                "same_period_last_year chỉ so sánh aggregate: count hoặc sum",
                "same_period_last_year compares counts and sums",
            )
        if self.requires is None and not self.entered and not all(each.is_by_hand for each in self.where):
            raise mistake(
                "số camera ghi nhận cần có requires: chỉ tin được số 0 khi camera đã hoạt động",
                "what cameras see needs requires: a zero must rest on cameras that were up",
            )

    def bears(self, kind: Kind) -> bool:
        """Whether such an incident bears on it."""
        return any(where.matches(kind) for where in self.where)

    @property
    def decides(self) -> bool:
        """Whether it has a say in the state."""
        return self.compare is not None


class Definition(Part):
    """One criterion."""

    code: Code
    name: Words
    target: Words
    basis: Basis
    legal_basis: str = Field(max_length=400)
    input: Input
    checks: tuple[Check, ...] = Field(min_length=1, max_length=8)
    effective: Effective
    baselines: dict[str, float] = Field(default_factory=dict)
    """Figures of earlier periods for the first check, by period key; better entered in the page."""

    @model_validator(mode="before")
    @classmethod
    def _one_check(cls, given: Any) -> Any:
        """A criterion with one check may carry that check's keys itself."""
        if isinstance(given, dict) and "checks" not in given:
            only = {key: given[key] for key in _FOLDED if key in given}
            return {**{key: value for key, value in given.items() if key not in _FOLDED}, "checks": [only]}
        return given

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        keys = [check.key for check in self.checks]
        if len(set(keys)) < len(keys):
            raise mistake("checks: mỗi mục phải có key riêng", "checks: each has a key of its own")
        if len(keys) > 1 and any(check.name is None for check in self.checks):
            raise mistake(
                "checks: khi có nhiều mục, mỗi mục phải có name", "checks: where there are several, each has a name"
            )
        if not any(check.decides for check in self.checks):
            raise mistake(
                "compare: chưa có gì quyết định kết quả; hãy ghi compare và better cho ít nhất một mục",
                "compare: nothing here decides; give one check compare and better",
            )
        self._suits_its_input()
        return self

    def _suits_its_input(self) -> None:
        by_officers = [check.entered or check.measure.entity == "entry" for check in self.checks]
        if self.input == "manual" and any(check.measure.entity != "entry" for check in self.checks):
            raise mistake("input: manual chỉ dùng với entity: entry", "input: manual measures entity: entry")
        if self.input == "auto" and any(by_officers):
            raise mistake(
                "input: auto chỉ đếm vụ việc hoặc camera, cán bộ không nhập gì",
                "input: auto measures incidents or cameras, and nobody enters anything",
            )
        if self.input == "mixed" and not any(by_officers):
            raise mistake(
                "input: mixed cần ít nhất một mục có entity: entry hoặc entered: true",
                "input: mixed needs a check with entity: entry or entered: true",
            )

    @property
    def measure(self) -> Measure:
        """What its first check, the one that the scoreboard shows, measures."""
        return self.checks[0].measure

    @property
    def entry_keys(self) -> tuple[str, ...]:
        """The figures that an officer may enter."""
        return tuple(check.key for check in self.checks if check.entered or check.measure.entity == "entry")

    def check(self, key: str) -> Check | None:
        """The check of a key."""
        return next((each for each in self.checks if each.key == key), None)

    def bears(self, kind: Kind) -> bool:
        """Whether such an incident bears on it."""
        return any(check.bears(kind) for check in self.checks)

    def applies(self, period: Period) -> bool:
        """Whether it is in effect on a day of the period."""
        end = self.effective.end
        return self.effective.start < period.end_day and (end is None or period.first_day < end)

    def sha256(self) -> str:
        """The hash of this definition: a result says which wording of the criterion it answers."""
        return hashlib.sha256(rfc8785.dumps(self.model_dump(mode="json", by_alias=True))).hexdigest()


class Definitions(Part):
    """All criteria, in the order they are shown."""

    version: Literal[1]
    criteria: tuple[Definition, ...] = Field(min_length=1)

    def get(self, code: str) -> Definition | None:
        """The criterion of a code."""
        return next((definition for definition in self.criteria if definition.code == code), None)

    def checks_of(self, kind: Kind) -> Bearing:
        """What such an incident bears on; remembered, as every scoreboard asks."""
        found = self.remembered.get(kind)
        if found is None:
            if len(self.remembered) >= MOST_REMEMBERED:
                self.remembered.clear()
            found = self.remembered[kind] = Bearing(
                tuple((each.code, check.key) for each in self.criteria for check in each.checks if check.bears(kind))
            )
        return found

    @cached_property
    def sha256(self) -> str:
        """The hash of all of them: another one where anything might count otherwise."""
        return hashlib.sha256("".join(each.sha256() for each in self.criteria).encode()).hexdigest()

    @cached_property
    def remembered(self) -> dict[Kind, Bearing]:
        """Answers of ``checks_of``."""
        return {}

    def bearing(
        self,
        rule_kind: str,
        rule_name: str,
        category: str = "",
        source: str = Source.CAMERA,
        camera_assisted: bool = False,
    ) -> tuple[str, ...]:
        """Codes of the criteria that such an incident bears on."""
        kind = Kind(
            rule_kind=rule_kind,
            rule_name=rule_name,
            category=category,
            source=source,
            camera_assisted=camera_assisted,
        )
        return tuple(dict.fromkeys(code for code, _ in self.checks_of(kind).checks))


def load(path: Path) -> Definitions:
    """Read ``criteria.yaml``. Raises DefinitionError that names the file and, for each fault, line, criterion, key."""
    return read(path)[1]


def read(path: Path) -> tuple[str, Definitions]:
    """The text of ``criteria.yaml`` and what it says. Raises DefinitionError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DefinitionError(f"{path}: can't be read ({error.strerror}); name the file of criteria") from error
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}: is not UTF-8 text") from error
    found = check(text)
    if isinstance(found, Definitions):
        return text, found
    raise DefinitionError("\n".join(f"{path}:{fault}" for fault in found))


@lru_cache(maxsize=4)
def check(text: str) -> Definitions | tuple[Fault, ...]:
    """The definitions of a text, or every fault in it, by line. Never raises for what a person wrote.

    The latest few are remembered: a text is checked when it is tried, when it is saved and when it takes effect.
    """
    parsed = parse(text)
    if isinstance(parsed, Fault):
        return (parsed,)
    faults = list(parsed.twice)
    try:
        definitions = Definitions.model_validate(parsed.raw)
    except ValidationError as error:
        faults += faults_of(error, parsed)
    else:
        faults += codes_twice([each.code for each in definitions.criteria], parsed)
        if not faults:
            return definitions
    return tuple(sorted(faults, key=lambda fault: fault.line))
