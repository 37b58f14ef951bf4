"""Figures as the ward's reports write them."""

import pytest

from server import wording


@pytest.mark.parametrize(
    ("value", "text"), [(0, "00 vụ"), (5, "05 vụ"), (9, "09 vụ"), (10, "10 vụ"), (1204, "1.204 vụ")]
)
def test_counts_below_ten_have_a_zero_before_them(value: int, text: str) -> None:
    assert wording.count_vi(value) == text


def test_numbers_have_a_thousands_dot_and_a_decimal_comma() -> None:
    assert wording.number_vi(1234567.5, 2) == "1.234.567,50"
    assert wording.number_en(1234567.5, 2) == "1,234,567.50"
    assert wording.percent_vi(0.6125, 2) == "61,25%"


def test_a_share_is_never_rounded_up_and_a_whole_hundredth_is_reached() -> None:
    assert [wording.floored(n / 10_000) for n in range(10_001)] == [n / 10_000 for n in range(10_001)]
    assert wording.floored(0.79999) == 0.7999
    assert wording.floored(0.799999) == 0.7999


@pytest.mark.parametrize(
    ("value", "before", "vi", "en"),
    [
        (5, 7, "giảm 02 vụ (-28,57%)", "down 2 cases (-28.57%)"),
        (2, 0, "tăng 02 vụ (kỳ trước 0)", "up 2 cases (none before)"),
        (3, 2, "tăng 01 vụ (+50,00%)", "up 1 case (+50.00%)"),
        (4, 4, "không tăng, không giảm", "unchanged"),
        (0, 0, "không tăng, không giảm", "unchanged"),
    ],
)
def test_a_change_is_said_as_in_a_report(value: int, before: int, vi: str, en: str) -> None:
    assert wording.change_vi(value, before) == vi
    assert wording.change_en(value, before) == en
