"""What a crawl and an import show on the terminal."""

from io import StringIO

from rich.console import Console

from pipelines.reports import IndexReport
from service.external.indexing import ExternalReport
from service.external.items import ExternalItem, ItemState
from ui.cli.views.external import external_view


def shown(items: list[ExternalItem], *, indexed: bool = True, **more: object) -> str:
    counts: dict[str, int] = {}
    for item in items:
        counts[item.state] = counts.get(item.state, 0) + 1
    report = IndexReport(3, 2, 1, 0, (), 9, 1.5, 1) if indexed else None
    facts = {"resumed": False, "notes": (), "deleted": 0, "held_back": 0} | more
    view = ExternalReport("crawl https://a.org/", counts=counts, items=tuple(items), indexed=report, **facts)  # type: ignore[arg-type]
    console = Console(file=StringIO(), width=200, markup=False, emoji=False, highlight=False)
    console.print(external_view(view))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def item(number: int, state: ItemState, reason: str = "") -> ExternalItem:
    return ExternalItem(f"https://a.org/{number}", state, reason)


def test_states_are_counted_and_reasons_told() -> None:
    text = shown(
        [item(1, "new"), item(2, "unchanged"), item(3, "failed", "answers 500"), item(4, "skipped", "\x1b[31mno")],
        resumed=True,
        deleted=2,
        notes=("links to 3 other hosts were not followed",),
    )
    assert "1 new or changed, 1 unchanged, 1 skipped, 1 failed; went on with a run that was interrupted" in text
    assert "1 failed:\n  https://a.org/3: answers 500\n" in text
    assert "\x1b" not in text and "␛[31mno" in text
    assert "2 of 3 files indexed" in text and "2 deleted from the index" in text
    assert "note: links to 3 other hosts" in text


def test_of_many_items_the_reasons_are_counted() -> None:
    many = [item(number, "skipped", "robots.txt forbids it" if number % 3 else "is a copy") for number in range(30)]
    text = shown(many)
    assert "30 skipped (--json lists all):\n  20 robots.txt forbids it\n  10 is a copy\n" in text


def test_what_is_held_back_says_how_to_delete_it() -> None:
    assert "5 are gone, too many at once, and stay in the index; delete them with --force" in shown([], held_back=5)


def test_a_plan_lists_what_would_be_fetched() -> None:
    text = shown([item(number, "queued") for number in range(25)], indexed=False)
    assert "25 would be fetched:\n  https://a.org/0\n" in text and "and 5 more (--json lists all)" in text
    assert "indexed" not in text
