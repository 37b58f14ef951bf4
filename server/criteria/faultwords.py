"""Pure: what a mistake in ``criteria.yaml`` says, in Vietnamese and English. The file's own words stay as they are."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import PydanticCustomError

from contract.names import SLUG_PATTERN

Both = tuple[str, str]
"""Vietnamese, English."""

CODE_SHAPE: Final = r"^TC\d{2}$"
CHECK_KEY_SHAPE: Final = r"^[a-z][a-z_]{0,31}$"
NAME_SHAPE: Final = r"^[a-z0-9_*?-]{1,64}$"

_OURS: Final = "criteria_mistake"
SHAPES: Final[Mapping[str, str]] = {
    CODE_SHAPE: "cần là TC và hai chữ số, ví dụ TC09",
    CHECK_KEY_SHAPE: "chỉ gồm chữ thường không dấu và dấu _, bắt đầu bằng chữ, dài nhất 32 ký tự",
    NAME_SHAPE: "chỉ gồm chữ thường không dấu, chữ số và các dấu _ - * ?, dài từ 1 đến 64 ký tự",
    SLUG_PATTERN: "chỉ gồm chữ thường không dấu, chữ số, dấu _ và -, bắt đầu bằng chữ hoặc số, dài nhất 64 ký tự",
}
"""What a text must look like, said without the regular expression."""
_ONE_OF: Final = "chỉ được ghi {expected}"
_A_NUMBER: Final = "cần là một số; phần thập phân viết sau dấu chấm, ví dụ 0.8"
_A_WHOLE_NUMBER: Final = "cần là một số nguyên, ví dụ 5"
_A_TRUTH: Final = "cần là true (có) hoặc false (không)"
_A_DAY: Final = "cần là một ngày có thật, viết năm-tháng-ngày, ví dụ 2026-01-31"
_A_GROUP: Final = "cần là một nhóm các dòng «từ khoá: giá trị»"
SENTENCES: Final[Mapping[str, str]] = {
    "missing": "còn thiếu, cần ghi thêm",
    "extra_forbidden": "không phải từ khoá dùng được ở đây",
    "invalid_key": "từ khoá phải bắt đầu bằng chữ, không phải số hay ngày",
    "model_type": _A_GROUP,
    "dict_type": _A_GROUP,
    "tuple_type": "cần là một danh sách, viết trong ngoặc vuông, ví dụ [fire, smoke]",
    "too_short": "cần có ít nhất {min_length} mục",
    "too_long": "chỉ được có nhiều nhất {max_length} mục",
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "string_type": "cần là chữ; nếu là số, ngày hay true, false thì đặt trong ngoặc kép",
    "string_unicode": "có ký tự không đọc được",
    "string_too_short": "không được để trống, cần ít nhất {min_length} ký tự",
    "string_too_long": "dài quá {max_length} ký tự",
    "bool_type": _A_TRUTH,
    "bool_parsing": _A_TRUTH,
    "int_type": _A_WHOLE_NUMBER,
    "int_parsing": _A_WHOLE_NUMBER,
    "int_parsing_size": "là số quá lớn",
    "int_from_float": _A_WHOLE_NUMBER,
    "float_type": _A_NUMBER,
    "float_parsing": _A_NUMBER,
    "finite_number": "cần là một số hữu hạn, không phải vô cực hay .nan",
    "greater_than": "phải lớn hơn {gt:g}",
    "greater_than_equal": "không được nhỏ hơn {ge:g}",
    "less_than_equal": "không được lớn hơn {le:g}",
    "date_type": _A_DAY,
    "date_from_datetime_parsing": _A_DAY,
    "date_from_datetime_inexact": "cần là một ngày không kèm giờ, ví dụ 2026-01-31",
}
"""By pydantic's type of error: every one that this vocabulary can meet."""
OTHER: Final = "không đúng; hãy xem các từ dùng được ở đầu tệp configs/criteria.yaml"
"""Of a type of error that has no sentence yet, e.g. one of a later pydantic."""


def mistake(vi: str, en: str) -> PydanticCustomError:
    """What a validator of the vocabulary raises, in both languages; ``words_of`` reads it again."""
    return PydanticCustomError(_OURS, "{en}", {"vi": vi, "en": en})


def words_of(error: Mapping[str, Any]) -> Both:
    """What one of pydantic's errors says (its ``type``, ``msg`` and ``ctx``)."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == _OURS:
        return context["vi"], context["en"]
    english = "is no key of this file" if kind == "extra_forbidden" else error["msg"]
    if kind == "string_pattern_mismatch":
        return SHAPES.get(context["pattern"], OTHER), english
    if "expected" in context:
        context = {"expected": context["expected"].replace(" or ", " hoặc ")}
    return SENTENCES.get(kind, OTHER).format_map(context), english
