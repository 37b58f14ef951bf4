"""Pure: where in ``criteria.yaml`` a mistake lies: its line, the criterion's code and the key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml
from pydantic import ValidationError

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: fifteen times as quick."""
_DEEPEST: Final = 32
"""Lists and keys within each other; the vocabulary needs nine. Readers of YAML recurse, and would run out of stack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One mistake. ``line`` counts from 1; ``criterion`` is a code, or "criterion 3" where it has none; both it and
    ``key`` are empty where the mistake lies outside."""

    line: int
    criterion: str
    key: str
    message: str

    def __str__(self) -> str:
        path = ": ".join(part for part in (self.criterion, self.key, self.message) if part)
        return f"{self.line}: {path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A text as YAML: its values, its tree with lines, and the keys that stand twice."""

    raw: dict[Any, Any]
    root: yaml.Node
    twice: tuple[Fault, ...]


def parse(text: str) -> Parsed | Fault:
    """The text as YAML, or why it is none."""
    loader = _LOADER(text)
    try:
        if (unfit := _unfit(text)) is not None:
            return unfit
        root = loader.get_single_node()
        raw = loader.construct_document(root) if root is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or " ".join(str(error).split())
        return Fault(line=mark.line + 1 if mark else 1, criterion="", key="", message=f"is not YAML: {problem}")
    finally:
        loader.dispose()
    if root is None or not isinstance(raw, dict):
        return Fault(line=1, criterion="", key="", message="is no list of criteria; write version: 1 and criteria:")
    return Parsed(raw=raw, root=root, twice=tuple(_twice(root)))


def _unfit(text: str) -> Fault | None:
    """What no list of criteria needs and a short text can fill a server's memory with: references, endless nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            return Fault(line=line, criterion="", key="", message=f"*{event.anchor}: write out what it refers to")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return Fault(line=line, criterion="", key="", message=f"has more than {_DEEPEST} parts within each other")
    return None


def faults_of(error: ValidationError, parsed: Parsed) -> list[Fault]:
    """What pydantic found, each with its line."""
    found: list[dict[str, Any]] = [dict(each) for each in error.errors(include_url=False, include_input=False)]
    # of a list whose only item is wrong pydantic also says that it is too short: that is no second mistake
    broken = {tuple(each["loc"])[:depth] for each in found for depth in range(len(each["loc"]))}
    return [_fault(each, parsed) for each in found if each["type"] != "too_short" or tuple(each["loc"]) not in broken]


def codes_twice(codes: Sequence[str], parsed: Parsed) -> list[Fault]:
    """Codes that are given more than once."""
    return [
        Fault(
            line=_walk(parsed.root, ["criteria", index, "code"])[0],
            criterion=code,
            key="code",
            message=f"is given {codes.count(code)} times; each criterion has its own",
        )
        for index, code in enumerate(codes)
        if code in codes[:index]
    ]


def _fault(error: dict[str, Any], parsed: Parsed) -> Fault:
    path: list[Any] = list(error["loc"])
    line, kept = _walk(parsed.root, path)
    name = ""
    if kept[:1] == ["criteria"] and len(kept) > 1:
        name, kept = _code(parsed.raw, kept[1]), kept[2:]
    is_unknown = error["type"] == "extra_forbidden"
    message = "is no key of this file" if is_unknown else error["msg"].removeprefix("Value error, ")
    return Fault(line=line, criterion=name, key=".".join(str(part) for part in kept), message=message)


def _walk(node: yaml.Node, path: Sequence[Any]) -> tuple[int, list[Any]]:
    """The line of the deepest part of the path that the text has, and the path as the text has it: a lone check or
    where stands there without its list."""
    line, kept = node.start_mark.line + 1, []
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                if part == "checks" or isinstance(part, int):
                    continue
                kept.append(part)
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        elif not isinstance(node, yaml.ScalarNode):
            kept.append(part)
            break
        else:
            break
        kept.append(part)
    return line, kept


def _twice(node: yaml.Node, criterion: str = "") -> list[Fault]:
    """Keys that stand twice in one mapping: YAML would silently take the last."""
    faults: list[Fault] = []
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        code = next((str(value.value) for key, value in node.value if key.value == "code"), criterion)
        for key, value in node.value:
            if str(key.value) in seen:
                line = key.start_mark.line + 1
                faults.append(Fault(line=line, criterion=code, key=str(key.value), message="stands here twice"))
            seen.add(str(key.value))
            faults += _twice(value, code)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            faults += _twice(value, criterion)
    return faults


def _code(raw: object, index: object) -> str:
    """What to call a criterion that may be broken: its code, or its place in the list."""
    if isinstance(raw, dict) and isinstance(index, int):
        entry = raw["criteria"][index]
        if isinstance(entry, dict) and isinstance(entry.get("code"), str):
            return str(entry["code"])
        return f"criterion {index + 1}"
    return "criteria"
