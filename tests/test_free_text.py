"""What an analyst wrote, as it may be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudgraph import masking


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678打不通", "电话***78打不通"),
        ("call +86 138-1234-5678 again", "call ***78 again"),
        ("tel-13812345678, tel13812345678", "tel-***78, tel***78"),
        ("ID 11010519491231002X.", "ID ***2X."),
        ("6222 0212 3456 7890 123", "***23"),
        ("mail bob.smith@example.com, then li@x.cn", "mail b***@example.com, then l***@x.cn"),
        ("like A000000123 (and G-A000000123); 13812345678", "like A000000123 (and G-A000000123); ***78"),
        ("not A000000124", "not A***24"),
        ("on 2026-01-22 for 1,200,000 or 50000", "on 2026-01-22 for 1,200,000 or 50000"),
        ("2026-01-22123456", "***56"),
        ("", ""),
    ],
)
def test_long_numbers_and_addresses_are_hidden_and_ids_are_not(text: str, shown: str) -> None:
    assert masking.free_text(text, {"A000000123", "G-A000000123"}) == shown


ANY = st.text(st.sampled_from("ab1 王-.,@+_"), max_size=20)


@given(ANY, st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), ANY)
def test_a_phone_number_never_comes_through(before: str, phone: str, after: str) -> None:
    assert phone not in masking.free_text(f"{before}{phone}{after}", {"a1", "王"})
