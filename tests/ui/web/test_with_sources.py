"""The pages in a real browser over a real index with real keys: logging in, looking at sources, judging, documents."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from pipelines.service import QAService
from pipelines.settings import Settings
from service.backend import Backend, open_backend
from service.keys import Key
from tests.ui.serving import serving_backend
from tests.ui.web.visiting import Visit, assert_accessible, chromium, no_sideways_scrolling, visiting
from ui.api.middleware.access import SESSION_COOKIE

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "knowledge_base"

PUMP = "# Pump 🚰\n\nThe 🚰 pump of the cellar is serviced every spring. It weighs 12 kilograms.\n"
LABEL = "<img src=x onerror=\"document.title='ran'\"> <script>document.title='ran'</script> stands on its label.\n"
SALARIES = "# Salaries\n\nThe salary of the caretaker is 41 thousand pounds.\n"
FAQ = "question,answer\nWho services the cellar pump?,The caretaker does.\nWhere is the key?,In the box at the gate.\n"


@dataclass(frozen=True)
class Served:
    """A server whose keys are known."""

    url: str
    backend: Backend
    keys: dict[str, tuple[Key, str]]

    @contextmanager
    def visited(self, browser: Browser, name: str, path: str = "", **options: Any) -> Iterator[Visit]:
        """Open a page as the holder of a key, without going through the login."""
        token = self.backend.keys.begin_session(self.keys[name][0])
        cookie = {"name": SESSION_COOKIE, "value": token, "domain": "127.0.0.1", "path": "/"}
        state = {"cookies": [cookie | {"expires": -1, "httpOnly": True, "secure": False}], "origins": []}
        shows = "documents" if "documents" in path else "conversation"
        with visiting(browser, self.url, path=path, shows=shows, storage_state=state, **options) as visit:
            yield visit


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, board = tmp_path_factory.mktemp("documents"), tmp_path_factory.mktemp("board")
    (folder / "pump.md").write_text(PUMP, "utf-8")
    (folder / "label.txt").write_text(LABEL, "utf-8")
    (folder / "manual.pdf").write_bytes((EXAMPLES / "user-manual.pdf").read_bytes())
    (folder / "faq.csv").write_text(FAQ, "utf-8")
    (board / "salaries.md").write_text(SALARIES, "utf-8")
    settings = Settings.load({"data": tmp_path_factory.mktemp("data") / "quaere", "index.max_file_mb": 2})
    with QAService(settings).open(writable=True) as service, open_backend(service) as backend:
        assert service.index([str(folder)]).failures == ()
        assert service.index([str(board)], meta={"groups": ["board"]}).failures == ()
        service.prepare()
        keys = {
            "reader": backend.keys.make("reader", ["read"]),
            "writer": backend.keys.make("writer", ["read", "write"]),
            "board": backend.keys.make("board", ["read", "write"], ["board"]),
        }
        with serving_backend(backend) as url:
            yield Served(url, backend, keys)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def said(served: Served) -> list[dict[str, Any]]:
    """All feedback, as one list of questions with verdict and answers."""
    found = served.backend.feedback.export(("board",))
    examples = [each for article in found["data"] for part in article["paragraphs"] for each in part["qas"]]
    return examples + found["others"]


# Logging in and out


def test_login_with_a_wrong_and_a_right_key_and_logout(browser: Browser, served: Served) -> None:
    with visiting(browser, served.url, path="?q=&lang=en", shows="login") as visit:
        page = visit.page
        visit.shoot("login", whole=False)
        assert_accessible(page)
        page.get_by_label("Your key").fill("quaere_000000000000_wrong")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_contain_text("This key is not known.")
        visit.shoot("login-wrong", whole=False)
        assert_accessible(page)
        assert all("401" in complaint for complaint in visit.complaints)
        visit.complaints.clear()
        page.get_by_label("Your key").fill(served.keys["reader"][1])
        page.keyboard.press("Enter")
        visit.arrive()
        expect(page.locator(".qa-hero")).to_contain_text("of 4 documents")
        expect(page.locator(".qa-suggestion")).to_have_count(4)
        expect(page.locator(".qa-suggestion").first).to_have_text("Where is the key?")
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("Your key")).to_be_visible()
        page.goto(served.url)
        expect(page.get_by_label("Your key")).to_be_visible()


def test_the_chinese_login(browser: Browser, served: Served) -> None:
    with visiting(browser, served.url, path="zh/documents", shows="login", color_scheme="dark") as visit:
        expect(visit.page.locator("html")).to_have_attribute("lang", "zh")
        visit.shoot("login-chinese-dark", whole=False)
        assert_accessible(visit.page)
        visit.page.get_by_label("您的密钥").fill(served.keys["writer"][1])
        visit.page.get_by_role("button", name="登录").click()
        visit.arrive("documents")
        expect(visit.page.get_by_role("heading", level=2, name="文档")).to_be_visible()
        visit.shoot("documents-chinese", whole=False)
        assert_accessible(visit.page)


def test_what_is_seen_is_what_the_keys_groups_may_see(browser: Browser, served: Served) -> None:
    with served.visited(browser, "reader", "documents?lang=en") as visit:
        page = visit.page
        expect(page.locator(".qa-row")).to_have_count(4)
        expect(page.locator("body")).not_to_contain_text("salaries")
        expect(page.get_by_text("Your key allows you to read.")).to_be_visible()
        expect(page.get_by_role("button", name="Delete")).to_have_count(0)
        expect(page.locator("input[type=file]")).to_have_count(0)
        visit.shoot("documents-read-only", whole=False)
        assert_accessible(page)
    with served.visited(browser, "board", "documents?lang=en") as visit:
        page = visit.page
        expect(page.locator(".qa-row")).to_have_count(5)
        page.locator(".qa-adding summary").click()
        expect(page.get_by_label("board", exact=True)).to_be_checked()
        expect(page.get_by_label("Everyone")).not_to_be_checked()
        page.get_by_role("link", name="Ask").click()
        visit.arrive()
        expect(page.locator(".qa-hero")).to_contain_text("of 5 documents")


# Looking at a source


def test_a_pdf_opens_at_its_page_with_the_words_marked(browser: Browser, served: Served) -> None:
    with served.visited(browser, "reader") as visit:
        page = visit.page
        visit.ask("How many people can use one system in the app?")
        opener = visit.cards.first.get_by_role("button", name="Open", exact=False).first
        opener.focus()
        page.keyboard.press("Enter")
        panel = page.get_by_role("dialog", name="manual.pdf")
        picture = panel.get_by_role("img", name="Page 8 of")
        expect(picture).to_be_visible()
        drawn = "image => image.complete && image.naturalWidth >= 700"
        page.wait_for_function(drawn, arg=picture.element_handle())
        # The words stand on the lower half of the page: the panel has moved there.
        page.wait_for_function("frame => frame.scrollTop > 100", arg=panel.locator(".qa-frame").element_handle())
        visit.shoot("viewer-page", whole=False)
        assert_accessible(page)
        following, before = (panel.get_by_role("button", name=f"{name} page") for name in ("Next", "Previous"))
        following.click()
        expect(panel.get_by_text("Page 9 of 12")).to_be_visible()
        before.click()
        expect(panel.get_by_text("Page 8 of 12")).to_be_visible()
        panel.get_by_role("button", name="Show as text").click()
        expect(panel.locator("mark")).to_have_text(visit.cards.first.locator(".qa-answer").inner_text())
        expect(panel.locator("mark")).to_be_in_viewport()
        expect(panel.get_by_role("button", name="Show as page")).to_be_focused()
        panel.get_by_role("button", name="Show what stands before").click()
        expect(panel.locator(".qa-source-text")).to_contain_text("5.5 The backup heater")
        page.wait_for_function("frame => frame.scrollTop > 500", arg=panel.locator(".qa-frame").element_handle())
        page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        expect(opener).to_be_focused()


def test_the_pages_of_a_pdf_end_where_they_end(browser: Browser, served: Served) -> None:
    with served.visited(browser, "reader", "zh/documents", language="zh") as visit:
        page = visit.page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "/pages/" in request.url else None)
        row = page.locator(".qa-row", has_text="manual.pdf")
        expect(row).to_contain_text("12 页")
        row.locator(".qa-name").click()
        panel = page.get_by_role("dialog")
        following, before = (panel.get_by_role("button", name=name) for name in ("下一页", "上一页"))
        for number in range(1, 13):
            expect(panel.locator(".qa-page-number")).to_have_text(f"第 {number} 页，共 12 页")
            expect(before).to_have_attribute("aria-disabled", str(number == 1).lower())
            expect(following).to_have_attribute("aria-disabled", str(number == 12).lower())
            following.focus()
            page.keyboard.press("Enter")
        expect(panel.locator(".qa-page-number")).to_have_text("第 12 页，共 12 页")
        assert not [each for each in asked if "/pages/13" in each]
        visit.shoot("viewer-last-page", whole=False)
        assert_accessible(page)


def test_a_hostile_source_opens_as_text_and_a_lost_one_is_explained(browser: Browser, served: Served) -> None:
    options = {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}}
    with served.visited(browser, "reader", "documents?lang=en", **options) as visit:
        page = visit.page
        assert no_sideways_scrolling(page)
        visit.shoot("documents-phone-dark")
        page.locator(".qa-row", has_text="label.txt").locator(".qa-name").click()
        text = page.get_by_role("dialog").locator(".qa-source-text")
        expect(text).to_contain_text("<script>document.title='ran'</script>")
        expect(page.locator("dialog :is(script, img)")).to_have_count(0)
        assert "ran" not in page.title()
        visit.shoot("viewer-phone-dark", whole=False)
        assert_accessible(page)
        page.get_by_role("button", name="Close").click()
        page.route("**/text?*", lambda route: route.abort())
        page.locator(".qa-name", has_text="pump.md").click()
        expect(page.get_by_role("dialog")).to_contain_text("The server cannot be reached.")
        visit.complaints.clear()


# Judging


def test_a_verdict_is_sent_once_and_stays_in_the_conversation(browser: Browser, served: Served) -> None:
    question = "How much does the pump of the cellar weigh?"
    with served.visited(browser, "reader") as visit:
        page = visit.page
        visit.ask(question)
        card = visit.cards.first

        def lose(route: Route) -> None:
            route.abort()

        page.route("**/feedback", lose)
        card.get_by_role("button", name="This is right").click()
        expect(visit.status).to_have_text("The server cannot be reached. Check that it runs, and try again.")
        visit.complaints.clear()
        page.unroute("**/feedback")
        card.get_by_role("button", name="This is right").dblclick()
        expect(card.locator(".qa-verdict")).to_have_text("Marked correct")
        expect(visit.status).to_have_text("Thank you. Your answer is kept.")
        expect(card.get_by_role("button", name="This is right")).to_have_attribute("aria-pressed", "true")
        assert_accessible(page)
        visit.ask("Who won the match?")
        expect(visit.turns.first.locator(".qa-verdict").first).to_have_text("Marked correct")
        visit.turn.get_by_role("button", name="It is not in the documents: right").click()
        expect(visit.turn.locator(".qa-verdict")).to_have_text("Marked as not in the documents")
        visit.shoot("judged", whole=False)
    verdicts = [(each["question"], each["verdict"]) for each in said(served)]
    assert verdicts.count((question, "right")) == 1
    assert verdicts.count(("Who won the match?", "not-in-documents")) == 1


def test_a_verdict_is_taken_back_and_changed(browser: Browser, served: Served) -> None:
    question = "What does the pump of the cellar weigh?"

    def verdicts() -> list[str]:
        return sorted(each["verdict"] for each in said(served) if each["question"] == question)

    with served.visited(browser, "reader") as visit:
        page = visit.page
        visit.ask(question)
        card = visit.cards.first
        right = card.get_by_role("button", name="This is right")
        wrong = card.get_by_role("button", name="This is wrong")
        right.click()
        expect(card.locator(".qa-verdict")).to_have_text("Marked correct")
        expect(right).to_have_attribute("title", "Undo")
        visit.shoot("judged-right", whole=False)
        page.route("**/feedback/*", lambda route: route.abort())
        right.click()
        expect(visit.status).to_have_text("The server cannot be reached. Check that it runs, and try again.")
        expect(card.locator(".qa-verdict")).to_have_text("Marked correct")
        visit.complaints.clear()
        page.unroute("**/feedback/*")
        right.focus()
        page.keyboard.press("Enter")
        expect(visit.status).to_have_text("What you said is taken back.")
        expect(card.locator(".qa-verdict")).to_have_text("")
        expect(right).to_have_attribute("aria-pressed", "false")
        expect(right).to_have_attribute("title", "This is right")
        expect(right).to_be_focused()
        assert verdicts() == []

        right.click()
        expect(card.locator(".qa-verdict")).to_have_text("Marked correct")
        wrong.click()
        expect(card.locator(".qa-verdict")).to_have_text("Marked wrong")
        assert verdicts() == ["wrong"]
        card.get_by_role("button", name="Correct this answer").click()
        panel = page.get_by_role("dialog", name="pump.md")
        panel.get_by_label("The right answer in your own words").fill("A dozen kilograms.")
        panel.get_by_role("button", name="Send").click()
        expect(card.locator(".qa-verdict")).to_have_text("Corrected to: “A dozen kilograms.”")
        assert verdicts() == ["corrected", "wrong"]
        visit.shoot("judged-corrected", whole=False)
        assert_accessible(page)
        card.get_by_role("button", name="Undo").click()
        expect(card.locator(".qa-verdict")).to_have_text("")
        expect(right).to_be_focused()
        assert verdicts() == []
        assert_accessible(page)


def selected_by_keyboard(page: Page, words: str) -> None:
    """Select words of the opened source as a keyboard does: with Shift and the arrows, from where they begin."""
    page.get_by_role("dialog").locator("[contenteditable]").evaluate(
        """(text, words) => {
            const node = [...text.childNodes].find((each) => each.textContent.includes(words));
            const inside = node.firstChild ?? node;
            getSelection().collapse(inside, inside.textContent.indexOf(words));
            text.focus();
        }""",
        words,
    )
    page.keyboard.press("x")  # changes nothing
    for _ in words:
        page.keyboard.press("Shift+ArrowRight")


def test_the_right_words_are_marked_beyond_the_first_plane(browser: Browser, served: Served) -> None:
    question = "When is the pump of the cellar serviced?"
    with served.visited(browser, "reader") as visit:
        page = visit.page
        visit.ask(question)
        card = visit.cards.first
        card.get_by_role("button", name="This is wrong").click()
        card.get_by_role("button", name="Correct this answer").click()
        panel = page.get_by_role("dialog", name="pump.md")
        expect(panel.get_by_text("Select the words that answer the question")).to_be_visible()
        panel.get_by_role("button", name="Send").click()
        expect(panel.get_by_role("status")).to_have_text("Select some words or write the answer first.")
        selected_by_keyboard(page, "weighs 12 kilograms")
        expect(panel.locator(".qa-chosen")).to_have_text("Selected: “weighs 12 kilograms”")
        visit.shoot("marking", whole=False)
        assert_accessible(page)
        panel.get_by_role("button", name="Send").click()
        expect(card.locator(".qa-verdict")).to_have_text("Corrected to: “weighs 12 kilograms”")
        expect(panel).to_have_count(0)
    kept = [each for each in said(served) if each["question"] == question]
    assert sorted(each["verdict"] for each in kept) == ["corrected", "wrong"]
    corrected = next(each for each in kept if each["verdict"] == "corrected")
    assert [each["text"] for each in corrected["answers"]] == ["weighs 12 kilograms"]


def test_what_should_be_there_is_found_in_another_document_or_written(browser: Browser, served: Served) -> None:
    question = "Who won the match?"
    with served.visited(browser, "reader") as visit:
        page = visit.page
        visit.ask(question)
        visit.turn.get_by_role("button", name="It should be there").click()
        panel = page.get_by_role("dialog", name="Which document holds the answer?")
        panel.get_by_label("Find a document by its name").fill("MANUAL")
        expect(panel.locator(".qa-picks li")).to_have_count(1)
        visit.shoot("picker", whole=False)
        assert_accessible(page)
        panel.get_by_role("button", name="manual.pdf").click()
        opened = page.get_by_role("dialog", name="manual.pdf")
        opened.get_by_label("The right answer in your own words").fill("Nobody did.")
        opened.get_by_role("button", name="Send").click()
        expect(visit.turn.locator(".qa-verdict")).to_have_text("Corrected to: “Nobody did.”")
        expect(visit.turn.locator(".qa-verdict")).to_be_focused()
    (written,) = [each for each in said(served) if each["question"] == question and each["verdict"] == "corrected"]
    assert written["correction_text"] == "Nobody did."


# Documents


def a_file(name: str, content: bytes | str) -> dict[str, Any]:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def test_documents_are_added_found_replaced_and_deleted(browser: Browser, served: Served) -> None:
    with served.visited(browser, "board", "documents?lang=en") as visit:
        page = visit.page
        sent = page.locator(".qa-sending")
        chooser = page.locator("input[type=file]")
        page.locator(".qa-adding summary").click()
        page.get_by_role("textbox", name="Tags").fill("gate, keys")
        page.get_by_label("Link").fill("https://example.org/gate")
        held: list[Route] = []
        page.route("**/sources/files", lambda route: held.append(route))
        files = [
            a_file("gate.md", "# Gate\n\nThe gate opens at seven.\n"),
            a_file("broken.pdf", b"%PDF-1.4 nothing"),
            a_file("picture.gif", b"x"),
            a_file("empty.txt", b""),
            a_file("large.txt", b"x" * 2_000_001),
        ]
        chooser.set_input_files(files)
        expect(sent.nth(0)).to_contain_text("Uploading")
        expect(sent.nth(1)).to_contain_text("Waiting")
        expect(sent.locator(".qa-state-of")).to_contain_text(
            ["", "", "This format is not supported.", "The file is empty.", "The file is larger than 2 MB."]
        )
        visit.shoot("documents-uploading", whole=False)
        assert_accessible(page)
        page.unroute("**/sources/files")
        expect(sent.nth(0)).to_contain_text("Indexed: 1 passage", timeout=30_000)
        expect(sent.nth(1)).to_contain_text("Is truncated or damaged", timeout=30_000)
        visit.shoot("documents-errors", whole=False)
        assert_accessible(page)
        (request,) = [each.request for each in held]
        assert json.loads(request.post_data.split("\r\n")[3]) == {
            "groups": ["board"],
            "tags": ["gate", "keys"],
            "url": "https://example.org/gate",
        }

        page.get_by_label("Find a document by its name").fill("GATE")
        row = page.locator(".qa-row")
        expect(row).to_have_count(1)
        expect(row.locator(".qa-row-facts li")).to_contain_text(
            ["MARKDOWN", "English", "0.1 kB", "1 passage", "board", "uploaded ", "Link"]
        )
        row.get_by_role("button", name="Replace gate.md").click()
        expect(page.locator(".qa-replacing")).to_contain_text("The next file replaces gate.md")
        chooser.set_input_files([a_file("other.txt", "x")])
        expect(page.get_by_role("alert")).to_have_text("A file that replaces it must end in .md.")
        chooser.set_input_files([a_file("new.md", "# Gate\n\nThe gate opens at eight.\n\n## Night\n\nIt is shut.\n")])
        expect(sent.nth(5)).to_contain_text("Indexed", timeout=30_000)
        expect(row).to_have_count(1)
        row.get_by_role("button", name="Open gate.md").click()
        expect(page.get_by_role("dialog", name="gate.md")).to_contain_text("The gate opens at eight.")
        page.keyboard.press("Escape")

        row.get_by_role("button", name="Delete gate.md").click()
        asked = page.get_by_role("alertdialog", name="Delete gate.md?")
        expect(asked.get_by_role("button", name="Cancel")).to_be_focused()
        visit.shoot("documents-delete", whole=False)
        assert_accessible(page)
        page.keyboard.press("Escape")
        expect(row).to_have_count(1)
        row.get_by_role("button", name="Delete gate.md").click()
        asked.get_by_role("button", name="Delete").click()
        expect(page.get_by_text("No document has that in its name.")).to_be_visible()
        expect(page.get_by_text("gate.md is deleted.")).to_be_visible()


def test_readers_tags_and_address_of_an_upload_are_changed(browser: Browser, served: Served) -> None:
    with served.visited(browser, "board", "documents?lang=en") as visit:
        page = visit.page
        page.locator("input[type=file]").set_input_files([a_file("tap.md", "# Tap\n\nThe tap drips at night.\n")])
        expect(page.locator(".qa-sending")).to_contain_text("Indexed: 1 passage", timeout=30_000)
        page.get_by_label("Find a document by its name").fill("tap")
        row = page.locator(".qa-row")
        expect(row).to_have_count(1)
        row.get_by_role("button", name="Edit tap.md").click()
        panel = page.get_by_role("dialog", name="Access, tags and link of tap.md")
        expect(panel.get_by_label("board")).to_be_checked()
        expect(panel.get_by_label("Everyone")).not_to_be_checked()
        visit.shoot("documents-edit", whole=False)
        assert_accessible(page)
        panel.get_by_label("board").uncheck()
        panel.get_by_role("button", name="Save").click()
        expect(panel.get_by_role("status")).to_have_text("Choose who may read the files.")
        panel.get_by_label("Everyone").check()
        panel.get_by_label("Tags").fill("water, <b>taps</b>")
        panel.get_by_label("Link").fill("https://example.org/tap")
        panel.get_by_role("button", name="Save").click()
        expect(panel).to_have_count(0)
        expect(page.locator(".qa-sending").nth(1)).to_contain_text("Indexed: 1 passage", timeout=30_000)
        expect(row).to_have_count(1)
        expect(row.locator(".qa-row-facts")).to_contain_text("Everyone")
        row.get_by_role("button", name="Edit tap.md").click()
        expect(panel.get_by_label("Tags")).to_have_value("water, <b>taps</b>")
        expect(panel.get_by_label("Link")).to_have_value("https://example.org/tap")
        page.keyboard.press("Escape")
        expect(row.get_by_role("button", name="Edit tap.md")).to_be_focused()

        page.get_by_label("Find a document by its name").fill("manual.pdf")
        row.get_by_role("button", name=re.compile("^Edit .*manual.pdf$")).click()
        expect(page.get_by_role("dialog")).to_contain_text("This document lies in a folder of the server.")
        page.keyboard.press("Escape")
        page.get_by_label("Find a document by its name").fill("tap.md")
        row.get_by_role("button", name="Delete tap.md").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("tap.md is deleted.")).to_be_visible()


def test_a_document_of_a_folder_is_edited_and_goes_back_to_what_its_file_says(browser: Browser, served: Served) -> None:
    with served.visited(browser, "writer", "documents?lang=en") as visit:
        page = visit.page
        page.get_by_label("Find a document by its name").fill("pump.md")
        row, sent = page.locator(".qa-row"), page.locator(".qa-sending")
        expect(row).to_have_count(1)
        edit = row.get_by_role("button", name=re.compile("^Edit .*pump.md$"))
        panel = page.get_by_role("dialog")
        undo = panel.get_by_role("button", name="As the file and its folder say")
        edit.click()
        expect(panel.get_by_label("Tags")).to_have_value("")
        expect(undo).to_have_count(0)
        panel.get_by_label("Tags").fill("cellar, water")
        panel.get_by_label("Link").fill("https://example.org/pump")
        panel.get_by_role("button", name="Save").click()
        expect(sent).to_contain_text("Indexed: 1 passage", timeout=30_000)
        expect(row.locator(".qa-row-tags li")).to_have_text(["cellar", "water"])
        expect(row.get_by_role("link", name="Link")).to_have_attribute("href", "https://example.org/pump")
        edit.click()
        expect(panel.get_by_label("Tags")).to_have_value("cellar, water")
        visit.shoot("documents-edit-folder", whole=False)
        assert_accessible(page)
        undo.click()
        expect(sent.nth(1)).to_contain_text("Indexed: 1 passage", timeout=30_000)
        expect(row.locator(".qa-row-tags")).to_have_count(0)
        edit.click()
        expect(undo).to_have_count(0)


def test_the_list_is_narrowed_by_tags(browser: Browser, served: Served) -> None:
    hostile = "<img src=x onerror=\"document.title='ran'\">"
    with served.visited(browser, "board", "documents?lang=en") as visit:
        page = visit.page
        page.locator(".qa-adding summary").click()
        for name, tags in (("valve.md", f"water, valves, {hostile}"), ("hose.md", "water")):
            page.get_by_role("textbox", name="Tags").fill(tags)
            page.locator("input[type=file]").set_input_files([a_file(name, f"# {name}\n\nIt holds water.\n")])
        expect(page.locator(".qa-finished")).to_have_count(2, timeout=30_000)
        row = page.locator(".qa-row")
        water = page.get_by_role("button", name="Only documents with the tag water")
        water.first.click()
        expect(row).to_have_count(2)
        expect(page.locator(".qa-tagged")).to_be_visible()
        expect(page.get_by_role("button", name="Also documents without the tag water")).to_be_focused()
        expect(visit.status).to_have_text("2 documents")
        page.get_by_role("button", name="Only documents with the tag valves").click()
        expect(row).to_have_count(1)
        expect(row).to_contain_text("valve.md")
        expect(row.get_by_text(hostile)).to_be_visible()
        assert "ran" not in page.title()
        visit.shoot("documents-tagged", whole=False)
        assert_accessible(page)
        page.get_by_label("Find a document by its name").fill("hose")
        expect(page.locator(".qa-nothing")).to_have_text("No document has all these tags and that name.")
        page.get_by_role("button", name="Also documents without the tag valves").click()
        expect(row).to_contain_text(["hose.md"])
        page.get_by_role("button", name="Also documents without the tag water").click()
        expect(page.locator(".qa-tagged")).not_to_be_visible()
        for name in ("hose.md", "valve.md"):
            page.get_by_label("Find a document by its name").fill(name)
            row.get_by_role("button", name=f"Delete {name}").click()
            page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
            expect(page.get_by_text(f"{name} is deleted.")).to_be_visible()
            expect(page.get_by_role("alertdialog")).to_have_count(0)


def test_files_are_dropped_and_a_long_list_has_pages(browser: Browser, served: Served) -> None:
    names = [f"note {number:02}.txt" for number in range(22)]
    with served.visited(browser, "writer", "documents?lang=en") as visit:
        page = visit.page
        page.locator(".qa-drop").evaluate(
            """(drop, names) => {
                const data = new DataTransfer();
                for (const name of names) data.items.add(new File([`Note ${name}: the tap drips.`], name));
                for (const kind of ["dragover", "drop"]) {
                    drop.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
                }
            }""",
            names,
        )
        expect(page.locator(".qa-finished")).to_have_count(22, timeout=60_000)
        row = page.locator(".qa-row")
        expect(row).to_have_count(20)
        paging = page.get_by_role("navigation", name="All documents")
        expect(paging).to_contain_text("1–20 of 26")
        paging.get_by_role("button", name="Next").click()
        expect(row).to_have_count(6)
        expect(paging).to_contain_text("21–26 of 26")
        expect(paging.get_by_role("button", name="Next")).to_have_attribute("aria-disabled", "true")
        page.get_by_label("Find a document by its name").fill("note 07")
        expect(row).to_have_count(1)
        expect(paging).not_to_be_visible()
