import pytest

from evaluation.metrics.answers import is_right


@pytest.mark.parametrize(
    ("text", "kind", "references", "expected"),
    [
        ("red kettle", "span", ["the red kettle"], True),
        ("red", "span", ["red kettle lid"], True),  # F1 1/2
        ("red", "span", ["blue red kettle lid"], False),
        ("A red kettle stands there.", "passage", ["red kettle"], True),
        ("A red kettles stands there.", "passage", ["red kettle"], False),
        ("for three whole years", "span", ["three years"], True),  # F1 2/3
        ("three apples and two pears", "span", ["three years"], False),
        ("It lasts thirty-three yearsish.", "faq", ["three years"], False),
        ("", "span", ["x"], False),
        ("x", "span", [], False),
    ],
)
def test_what_counts_as_right(text, kind, references, expected):
    assert is_right(text, kind, references) is expected
