"""What the interface has words for: a field for each, so that a language is complete or cannot be built.

``{name}`` in a text is filled in by whoever shows it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple

_SAID_BY_SCRIPTS = ("problems", "viewer", "judging", "library", "documents", "passages", "languages")


class Counted(NamedTuple):
    """A phrase with a number in it: ``{count}``."""

    one: str
    other: str

    def of(self, count: int) -> str:
        """The phrase for this many."""
        return (self.one if count == 1 else self.other).format(count=f"{count:,}")


class Confidence(NamedTuple):
    """What a confidence is called, from the highest down."""

    very_likely: str
    likely: str
    possible: str
    unsure: str

    def of(self, confidence: float) -> str:
        """The words for a confidence in [0, 1]."""
        limits = ((0.9, self.very_likely), (0.7, self.likely), (0.5, self.possible))
        return next((words for least, words in limits if confidence >= least), self.unsure)


@dataclass(frozen=True, slots=True)
class ProblemTexts:
    """What the pages say of a question or another request that fails."""

    offline: str
    logged_out: str
    forbidden: str
    gone: str
    failed: str
    refused: str
    told: str
    """With ``{detail}``, which the service says in English."""
    busy: str
    too_often: Counted
    """Seconds."""
    overdue: str
    store: str
    setup: str
    too_long: str
    """With ``{characters}`` and ``{most}``."""
    empty: str
    unreadable_filter: str
    """With ``{filter}``."""
    unknown_field: str
    """With ``{fields}``."""


@dataclass(frozen=True, slots=True)
class ViewerTexts:
    """Looking at a source."""

    open: str
    open_named: str
    """With ``{source}``."""
    close: str
    loading: str
    page: str
    """With ``{page}``."""
    page_of: str
    """With ``{page}`` and ``{pages}``."""
    previous_page: str
    next_page: str
    as_text: str
    as_page: str
    before: str
    after: str
    picture: str
    """With ``{page}`` and ``{source}``."""
    empty: str


@dataclass(frozen=True, slots=True)
class JudgingTexts:
    """Saying whether an answer is right, and what would be."""

    right: str
    wrong: str
    said_right: str
    said_wrong: str
    said_corrected: str
    """With ``{words}``."""
    said_not_there: str
    correct: str
    not_there: str
    there: str
    sending: str
    thanks: str
    take_back: str
    taken_back: str
    hint: str
    chosen: str
    """With ``{words}``."""
    own_words: str
    own_words_hint: str
    send: str
    cancel: str
    nothing_given: str
    other_document: str
    which_document: str


@dataclass(frozen=True, slots=True)
class LibraryTexts:
    """The documents: adding, finding, replacing and deleting them."""

    read_only: str
    add: str
    drop: str
    choose: str
    formats: str
    """With ``{megabytes}``."""
    more: str
    tags: str
    tags_hint: str
    address: str
    address_hint: str
    groups: str
    everyone: str
    no_group: str
    replacing: str
    """With ``{source}``."""
    replace_ending: str
    """With ``{ending}``."""
    replace_one: str
    beside: str
    unsupported: str
    empty_file: str
    too_large: str
    """With ``{megabytes}``."""
    waiting: str
    uploading: str
    """With ``{percent}``."""
    again: Counted
    """Seconds."""
    queued: str
    indexing: str
    indexed: Counted
    unchanged: str
    cancelled: str
    failed: str
    """With ``{source}``."""
    cancel: str
    dismiss: str
    listed: str
    find: str
    since: str
    """With ``{date}``."""
    uploaded: str
    """With ``{date}``."""
    pages: Counted
    tagged: str
    only_tagged: str
    """With ``{tag}``."""
    not_tagged: str
    """With ``{tag}``."""
    none_tagged: str
    range: str
    """With ``{first}``, ``{last}`` and ``{total}``."""
    previous: str
    next: str
    none: str
    none_fits: str
    edit: str
    edit_named: str
    """With ``{source}``."""
    save: str
    in_folder: str
    as_in_file: str
    replace: str
    delete: str
    delete_question: str
    """With ``{source}``."""
    delete_warning: str
    deleted: str
    """With ``{source}``."""


@dataclass(frozen=True, slots=True)
class LoginTexts:
    """The page that asks for a key."""

    title: str
    key: str
    enter: str
    wrong: str
    leave: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The interface in one language."""

    language: str
    """Its code, which is also the first part of its page's path."""
    name: str
    """What its speakers call it."""

    # The page around the conversation
    tagline: str
    lead: str
    holdings: str
    """With ``{passages}`` and ``{documents}``."""
    passages: Counted
    documents: Counted
    suggestions: str
    interface_language: str
    nothing_indexed: str
    nothing_to_read: str
    pages: str
    ask_page: str
    documents_page: str

    # The question
    question: str
    placeholder: str
    ask: str
    stop: str
    write_first: str
    not_allowed: str
    answering: str

    # How far a question is
    waiting: str
    understanding: str
    understood: str
    searching: str
    found: Counted
    reading: str
    read: str
    progress: str
    stopped: str
    failed: str
    answers_found: Counted
    dropped: str

    # Filters
    filters: str
    filters_active: Counted
    filtered_by: str
    filter_sources: str
    find_source: str
    sources_left_out: Counted
    no_source_fits: str
    filter_language: str
    any_language: str
    updated_from: str
    updated_to: str
    clear_filters: str
    filters_unusable: str
    dates_reversed: str

    # A reply
    not_found: str
    how_sure: str
    """With ``{percent}``."""
    other_words: str
    nearest: str
    other_answers: Counted
    more_passages: Counted
    differ: str
    answered_in: str
    """With ``{seconds}``."""
    share: str
    link_copied: str

    # An answer
    confidence: Confidence
    confidence_meaning: str
    """With ``{percent}``."""
    differs: str
    answer_kinds: Mapping[str, str]
    passage_kinds: Mapping[str, str]
    page: str
    """With ``{page}``."""
    also_in: str
    in_passage: str
    scores: str
    copy: str
    copied: str
    evidence: Mapping[str, str]
    passage_scores: Mapping[str, str]
    stages: Mapping[str, str]
    languages: Mapping[str, str]

    # What the page's script says, and the pages beside the conversation
    problems: ProblemTexts
    viewer: ViewerTexts
    judging: JudgingTexts
    library: LibraryTexts
    login: LoginTexts

    def language_name(self, code: str) -> str:
        """What a language is called; its code where that is not known."""
        return self.languages.get(code, code)

    def for_scripts(self) -> str:
        """What the page's scripts say, as JSON."""
        said = asdict(self)
        return json.dumps({name: said[name] for name in _SAID_BY_SCRIPTS}, ensure_ascii=False)
