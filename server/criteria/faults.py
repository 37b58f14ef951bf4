"""Pure: where in ``criteria.yaml`` a mistake lies: its line, the criterion's code and the key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml
from pydantic import ValidationError

from server.criteria.faultwords import Both, words_of

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: fifteen times as quick."""
_DEEPEST: Final = 32
"""Lists and keys within each other; the vocabulary needs nine. Readers of YAML recurse, and would run out of stack."""
_NO_VALUE: Final = (ValueError, ArithmeticError, LookupError, AttributeError)
"""What PyYAML lets through where a scalar looks like a date, a number or a truth and is none: 30 February, !!bool x."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One mistake, in English and Vietnamese (``_vi``). ``line`` counts from 1; ``criterion`` is a code, or
    "criterion 3", "tiêu chí 3" where it has none; both it and ``key`` are empty where the mistake lies outside."""

    line: int
    criterion: str = ""
    criterion_vi: str = ""
    key: str = ""
    message: str
    message_vi: str

    def __str__(self) -> str:
        return self.text("en")

    def text(self, language: str) -> str:
        """In one line, as logs (in English) and pages tell it. ``language``: "vi" or "en"."""
        vi, en = (self.criterion_vi, self.key, self.message_vi), (self.criterion, self.key, self.message)
        return f"{self.line}: {': '.join(part for part in (vi if language == 'vi' else en) if part)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A text as YAML: its values, its tree with lines, and the keys that stand twice."""

    raw: dict[Any, Any]
    root: yaml.Node
    twice: tuple[Fault, ...]


def parse(text: str) -> Parsed | Fault:
    """The text as YAML, or why it is none."""
    loader, root = _LOADER(text), None
    try:
        if (unfit := _unfit(text)) is not None:
            return unfit
        root = loader.get_single_node()
        raw = loader.construct_document(root) if root is not None else None
    except (yaml.YAMLError, RecursionError) as error:
        return _no_yaml(error)
    except _NO_VALUE as error:
        return _no_yaml(error) if root is None else _no_value(root)
    finally:
        loader.dispose()
    if root is None or not isinstance(raw, dict):
        return _outside(
            1,
            "không phải bộ tiêu chí; hãy ghi version: 1 và criteria:",
            "is no list of criteria; write version: 1 and criteria:",
        )
    return Parsed(raw=raw, root=root, twice=tuple(_twice(root)))


def _unfit(text: str) -> Fault | None:
    """What no list of criteria needs and a short text can fill a server's memory with: references, endless nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            return _outside(
                line,
                f"*{event.anchor}: hãy ghi đầy đủ nội dung, không dùng tham chiếu",
                f"*{event.anchor}: write out what it refers to",
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            return _outside(
                line, f"có hơn {_DEEPEST} lớp lồng nhau", f"has more than {_DEEPEST} parts within each other"
            )
    return None


def _outside(line: int, vi: str, en: str) -> Fault:
    return Fault(line=line, message=en, message_vi=vi)


def _no_yaml(error: Exception) -> Fault:
    """What libyaml says, in its own words."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or " ".join(str(error).split())
    line = mark.line + 1 if mark else 1
    return _outside(line, f"không đúng cách viết YAML: {problem}", f"is not YAML: {problem}")


def _no_value(root: yaml.Node) -> Fault:
    """The first scalar of the text that PyYAML makes no value of."""
    line, criterion, key = next(
        ((node.start_mark.line + 1, criterion, key) for node, criterion, key in _scalars(root) if not _has_value(node)),
        (root.start_mark.line + 1, "", ""),
    )
    return Fault(
        line=line,
        criterion=criterion,
        criterion_vi=criterion,
        key=key,
        message="is no date or number that there is",
        message_vi="không có ngày hay số như vậy",
    )


def _has_value(node: yaml.ScalarNode) -> bool:
    loader = _LOADER("")
    try:
        loader.construct_object(node)
    except yaml.YAMLError:
        return True
    except _NO_VALUE:
        return False
    finally:
        loader.dispose()
    return True


def _scalars(node: yaml.Node, criterion: str = "", key: str = "") -> Iterator[tuple[yaml.ScalarNode, str, str]]:
    """Every scalar, keys among them, with the code of the criterion and the key that it stands under."""
    if isinstance(node, yaml.MappingNode):
        code = _code_in(node, criterion)
        for name, value in node.value:
            yield from _scalars(name, code)
            yield from _scalars(value, code, str(name.value))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _scalars(value, criterion, key)
    elif isinstance(node, yaml.ScalarNode):
        yield node, criterion, key


def _code_in(node: yaml.MappingNode, criterion: str) -> str:
    """The code that a mapping gives, or the one it lies in."""
    return next((str(value.value) for key, value in node.value if key.value == "code"), criterion)


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
            criterion_vi=code,
            key="code",
            message=f"is given {codes.count(code)} times; each criterion has its own",
            message_vi=f"dùng đến {codes.count(code)} lần; mỗi tiêu chí phải có mã riêng",
        )
        for index, code in enumerate(codes)
        if code in codes[:index]
    ]


def _fault(error: dict[str, Any], parsed: Parsed) -> Fault:
    path: list[Any] = list(error["loc"])
    line, kept = _walk(parsed.root, path)
    named: Both = ("", "")
    if kept[:1] == ["criteria"] and len(kept) > 1:
        named, kept = _called(parsed.raw, kept[1]), kept[2:]
    said = words_of(error)
    return Fault(
        line=line,
        criterion=named[1],
        criterion_vi=named[0],
        key=".".join(str(part) for part in kept),
        message=said[1],
        message_vi=said[0],
    )


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
        code = _code_in(node, criterion)
        for key, value in node.value:
            if str(key.value) in seen:
                faults.append(
                    Fault(
                        line=key.start_mark.line + 1,
                        criterion=code,
                        criterion_vi=code,
                        key=str(key.value),
                        message="stands here twice",
                        message_vi="ghi hai lần ở đây; hãy bỏ một",
                    )
                )
            seen.add(str(key.value))
            faults += _twice(value, code)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            faults += _twice(value, criterion)
    return faults


def _called(raw: object, index: object) -> Both:
    """What to call a criterion that may be broken: its code, or its place in the list."""
    if isinstance(raw, dict) and isinstance(index, int):
        entry = raw["criteria"][index]
        if isinstance(entry, dict) and isinstance(entry.get("code"), str):
            return entry["code"], entry["code"]
        return f"tiêu chí {index + 1}", f"criterion {index + 1}"
    return "criteria", "criteria"
