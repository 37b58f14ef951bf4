"""What is drawn on one camera's picture, and what is asked there: zones, lines, privacy masks, rules."""

from typing import Self

from pydantic import Field, model_validator

from contract.config import Part
from contract.names import Slug
from contract.rule import RuleSettings
from contract.zones import Line, Mask, Zone


class Drawing(Part):
    """Zones, lines, masks and rules that fit together: every place that a rule names is there."""

    masks: tuple[Mask, ...] = Field(default=(), max_length=32)
    """Privacy: painted over in every picture before anything looks at it, shows it or stores it."""
    zones: dict[Slug, Zone] = Field(default_factory=dict, max_length=64)
    lines: dict[Slug, Line] = Field(default_factory=dict, max_length=64)
    rules: tuple[RuleSettings, ...] = Field(default=(), max_length=64)

    @model_validator(mode="after")
    def _places_exist(self) -> Self:
        names = [rule.name for rule in self.rules]
        if len(set(names)) != len(names):
            raise ValueError(f"two rules have the same name, {max(names, key=names.count)!r}")
        for rule in self.rules:
            if rule.zone is not None and rule.zone not in self.zones:
                raise ValueError(f"rule {rule.name!r}: zone {rule.zone!r} is not among {sorted(self.zones)}")
            for line in (rule.line, rule.until_line):
                if line is not None and line not in self.lines:
                    raise ValueError(f"rule {rule.name!r}: line {line!r} is not among {sorted(self.lines)}")
        return self
