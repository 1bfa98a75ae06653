"""Near duplicates: what is the same statement, and what only looks like it."""

from components.retrievers.duplicates import near_duplicates

TEXT = (
    "The warranty covers the pump and the hose against defects of material and workmanship. It begins on the "
    "day of delivery and is transferred to whoever owns the device. Claims are made in writing to the dealer."
)


def test_equal_but_for_case_spacing_and_punctuation():
    assert near_duplicates([TEXT, TEXT.upper().replace(". ", " -  "), "Something else entirely, said briefly."]) == [
        [0, 1],
        [2],
    ]


def test_contained_in_a_longer_one():
    assert near_duplicates([TEXT + " " + "Further conditions apply abroad and are listed in the annex.", TEXT]) == [
        [0, 1]
    ]


def test_another_number_is_another_statement():
    first = TEXT + " It lasts 24 months."
    second = TEXT + " It lasts 36 months."
    assert near_duplicates([first, second]) == [[0], [1]]
    assert near_duplicates([TEXT + " See E-1047.", TEXT + " See E-1048."]) == [[0], [1]]


def test_many_changed_words_are_another_statement():
    changed = TEXT.replace("pump", "filter").replace("dealer", "maker").replace("writing", "person")
    assert near_duplicates([TEXT, changed]) == [[0], [1]]


def test_texts_without_words_and_short_ones():
    assert near_duplicates([]) == []
    assert near_duplicates(["", "", "?!"]) == [[0], [1], [2]]
    assert near_duplicates(["Yes.", "yes", "No."]) == [[0, 1], [2]]


def test_scripts_without_spaces():
    text = "保証期間は納品日から始まり装置の所有者に引き継がれます保証の請求は販売店に書面で行ってください"
    changed = text.replace("販売店", "製造元").replace("書面", "電話")
    assert near_duplicates([text, text + "。", changed]) == [[0, 1], [2]]
