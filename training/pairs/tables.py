"""Tables made by rule, written out as the loaders write them, with questions for their cells. Pure.

Public training sets are prose; users ask what stands in price lists, timetables and staff lists too. The subjects are
everyday ones, and names and values are drawn anew for each table, so that nothing can be learned by heart but the form.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from components.converters.assembly import table_lines
from training.data.example import Example

ORIGIN = "tables"
"""The origin of made examples."""

Draw = Callable[[random.Random], str]

_FEWEST_ROWS, _MOST_ROWS = 3, 9
_LIST_SHARE = 0.25
_DRAWS = 8


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: how values are drawn, and how they are asked for, with ``{}`` for the row's name."""

    name: str
    draw: Draw
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a table is about: its title, the column of names, and the other columns."""

    title: str
    kind: str
    name: Draw
    columns: tuple[_Column, ...]


def made_tables(count: int, seed: int) -> list[Example]:
    """Examples over tables.

    Args:
        count: how many; each has a table of its own.
        seed: decides all of it.

    Returns:
        The passage is the table, the span a cell, or the row's name where a value is asked back; the negatives are
        the same table without that row, and another one of the same subject that lacks the name.
    """
    return [_example(random.Random(f"{seed}/table/{number}"), number) for number in range(count)]


def _example(chance: random.Random, number: int) -> Example:
    subject = chance.choice(_SUBJECTS)
    columns = chance.sample(subject.columns, chance.randint(2, len(subject.columns)))
    as_list = chance.random() < _LIST_SHARE
    if as_list:
        columns = columns[:1]
    names = _different(subject.name, chance.randint(_FEWEST_ROWS, _MOST_ROWS), chance)
    rows = [[name, *(column.draw(chance) for column in columns)] for name in names]
    at, asked = chance.randrange(len(rows)), chance.randrange(len(columns))
    header = [subject.kind, *(column.name for column in columns)]
    backwards = not as_list and chance.random() < 0.2 and _only(rows, at, asked + 1)
    if backwards:
        question = f"Which {subject.kind.lower()} has {columns[asked].name.lower()} {rows[at][asked + 1]}?"
        cell = 0
    else:
        question = chance.choice(columns[asked].questions).format(rows[at][0])
        cell = asked + 1
    passage, (start, end) = _written(header, rows, at, cell, as_list)
    others = _different(subject.name, len(rows), chance, without=names)
    elsewhere = [[name, *row[1:]] for name, row in zip(others, rows, strict=False)]
    # A table in which another row has the value answers a question that asks back.
    negatives = [rows[:at] + rows[at + 1 :], *([] if backwards or not others else [elsewhere])]
    return Example(
        id=f"{ORIGIN}-{number}",
        question=question,
        passage=passage,
        title=subject.title,
        spans=((start, end),),
        negatives=tuple(_text(header, each, as_list) for each in negatives),
        origin=ORIGIN,
    )


def _written(
    header: Sequence[str], rows: Sequence[Sequence[str]], at: int, cell: int, as_list: bool
) -> tuple[str, tuple[int, int]]:
    """The table as text, and where a cell stands in it."""
    before = _text(header, rows[:at], as_list)
    line = _text(header, rows[at : at + 1], as_list)
    # Found from the side on which no other cell of the row can stand before it.
    inside = line.index(rows[at][0]) if cell == 0 else _value_at(header, rows[at], line, cell, as_list)
    start = (len(before) + 1 if before else 0) + inside
    return _text(header, rows, as_list), (start, start + len(rows[at][cell]))


def _value_at(header: Sequence[str], row: Sequence[str], line: str, cell: int, as_list: bool) -> int:
    if as_list:
        return len(line) - len(row[cell])
    return len(table_lines(header[: cell + 1], [row[: cell + 1]])) - len(row[cell])


def _text(header: Sequence[str], rows: Sequence[Sequence[str]], as_list: bool) -> str:
    if as_list:
        return "\n".join(f"- {row[0]}: {row[1]}" for row in rows)
    return table_lines(header, rows)


def _only(rows: Sequence[Sequence[str]], at: int, cell: int) -> bool:
    return [row[cell] for row in rows].count(rows[at][cell]) == 1


def _different(draw: Draw, count: int, chance: random.Random, without: Sequence[str] = ()) -> list[str]:
    """So many different names, none of them in ``without``; fewer where there are no more."""
    drawn = dict.fromkeys(draw(chance) for _ in range(_DRAWS * count))
    return [name for name in drawn if name not in without][:count]


def _one_of(*values: str) -> Draw:
    return lambda chance: chance.choice(values)


def _number(low: int, high: int, form: str = "{}", step: int = 1) -> Draw:
    return lambda chance: form.format(chance.randrange(low, high + 1, step))


def _money(low: int, high: int) -> Draw:
    def draw(chance: random.Random) -> str:
        amount, sign = chance.randint(low, high), chance.choice(("€", "$", "£", "EUR ", "USD "))
        cents = chance.choice(("", ".50", ".90", ".00"))
        return f"{sign}{amount}{cents}" if chance.random() < 0.7 else f"{amount}{cents}"

    return draw


def _coded(*letters: str) -> Draw:
    """Names such as "K-207", "B12" or "TX 40"."""

    def draw(chance: random.Random) -> str:
        letter, joint = chance.choice(letters), chance.choice(("", "-", " "))
        return f"{letter}{' ' if len(letter) > 2 else joint}{chance.randint(2, 980)}"

    return draw


def _pair(first: Sequence[str], last: Sequence[str]) -> Draw:
    return lambda chance: f"{chance.choice(first)} {chance.choice(last)}"


def _clock(chance: random.Random) -> str:
    return f"{chance.randint(5, 22)}:{chance.choice(('00', '05', '10', '15', '20', '30', '40', '45', '50'))}"


def _hours(chance: random.Random) -> str:
    return f"{chance.randint(7, 11)} am to {chance.randint(3, 9)} pm"


def _date(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return f"{chance.randint(2018, 2027)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    return f"{chance.randint(1, 28)} {chance.choice(_MONTHS)} {chance.randint(2018, 2027)}"


def _phone(chance: random.Random) -> str:
    return f"0{chance.randint(20, 99)} {chance.randint(100, 999)} {chance.randint(1000, 9999)}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_FIRST = (
    "Amara", "Ben", "Chiara", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Liam", "Mei",
    "Nadia", "Omar", "Priya", "Quentin", "Rosa", "Samir", "Tove", "Uma", "Viktor", "Wanda", "Yusuf",
)  # fmt: skip
_LAST = (
    "Abbott", "Bianchi", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jansen", "Kowalski",
    "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quinn", "Rossi", "Singh", "Tanaka", "Varga", "Weber",
)  # fmt: skip
_PLACES = (
    "Ashford", "Brookfield", "Camden", "Dunmore", "Eastgate", "Fairview", "Greenwood", "Hillside", "Kingsway",
    "Lakeside", "Maple Street", "Northfield", "Old Harbour", "Park Lane", "Queen's Road", "Riverside", "Southbank",
    "Town Hall", "Union Square", "Valley", "Westend", "Station",
)  # fmt: skip
_ADJECTIVES = (
    "Alpine", "Basic", "Blue", "Classic", "Compact", "Crystal", "Golden", "Grand", "Green", "Little", "Nordic",
    "Pacific", "Premium", "Quiet", "Royal", "Silver", "Spring", "Summer", "Urban", "Wild",
)  # fmt: skip
_THINGS = (
    "Anchor", "Comet", "Falcon", "Garden", "Harbour", "Horizon", "Lantern", "Meadow", "Orchid", "Pearl", "Pine",
    "Ridge", "River", "Sparrow", "Star", "Stone", "Tulip", "Willow",
)  # fmt: skip
_WEEKDAYS = _one_of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PERSON = _pair(_FIRST, _LAST)
_TITLE = _pair(_ADJECTIVES, _THINGS)

_PRICE = _Column(
    "Price", _money(2, 900), ("How much does {} cost?", "What is the price of {}?", "What do I pay for {}?", "{} price")
)
_SUBJECTS = (
    _Subject("Meeting rooms", "Room", _coded("R", "A", "C", "Hall"), (
        _Column("Seats", _number(4, 120), (
            "How many seats does room {} have?", "How many people fit into {}?", "For how many is {} big enough?",
        )),
        _Column("Floor", _one_of("ground floor", "1st floor", "2nd floor", "3rd floor", "5th floor", "basement"), (
            "On which floor is {}?", "Where is room {}?", "How do I get to {}, which floor?",
        )),
        _Column("Equipment", _one_of("projector", "whiteboard", "video screen", "two screens", "flip chart"), (
            "What equipment is there in {}?", "What is room {} equipped with?",
        )),
        _Column("Booked by", _PERSON, ("Who has booked {}?", "Who do I ask about {}?")),
    )),
    _Subject("Evening courses", "Course", _TITLE, (
        _PRICE,
        _Column("Day", _WEEKDAYS, ("On which day is {}?", "When does {} take place?")),
        _Column("Starts", _date, ("When does {} start?", "What is the first day of {}?", "start date of {}")),
        _Column("Teacher", _PERSON, ("Who teaches {}?", "Who gives the course {}?", "Who is the teacher of {}?")),
        _Column("Lessons", _number(3, 40), ("How many lessons does {} have?", "How long does {} go on?")),
    )),
    _Subject("Bus timetable", "Line", _coded("Line", "N", "X", "Bus"), (
        _Column("From", _one_of(*_PLACES), ("Where does {} start?", "Where does {} leave from?")),
        _Column("First departure", _clock, ("When does the first {} leave?", "How early does {} run?")),
        _Column("Last departure", _clock, ("When does the last {} leave?", "How late does {} run?")),
        _Column("Every", _number(5, 60, "{} minutes", 5), ("How often does {} run?", "How long do I wait for {}?")),
    )),
    _Subject("Our branches", "Branch", _one_of(*_PLACES), (
        _Column("Opening hours", _hours, ("When is the {} branch open?", "What are the opening hours in {}?")),
        _Column("Telephone", _phone, ("What is the telephone number of {}?", "How can I call the {} branch?")),
        _Column("Closed on", _WEEKDAYS, ("On which day is {} closed?", "When is the branch in {} shut?")),
        _Column("Manager", _PERSON, ("Who runs the {} branch?", "Who is in charge of {}?")),
    )),
    _Subject("Staff", "Name", _PERSON, (
        _Column("Department", _one_of("Accounts", "Sales", "Purchasing", "Legal", "Research", "Personnel", "IT"), (
            "In which department does {} work?", "What does {} belong to?",
        )),
        _Column("Extension", _number(100, 999), ("What is the extension of {}?", "How do I reach {} by phone?")),
        _Column("Office", _coded("A", "B", "D"), ("Where does {} sit?", "Which office is {} in?")),
        _Column("Deputy", _PERSON, ("Who stands in for {}?", "Who is the deputy of {}?")),
        _Column("Joined", _date, ("When did {} join?", "Since when has {} been here?")),
    )),
    _Subject("Hotel rates", "Room type", _TITLE, (
        _Column("Per night", _money(40, 600), ("What does a night in {} cost?", "How much is {} per night?")),
        _Column("Beds", _number(1, 6), ("How many beds are there in {}?", "How many can sleep in {}?")),
        _Column("Size", _number(12, 90, "{} m²"), ("How large is {}?", "What size is the {} room?")),
        _Column("Breakfast", _one_of("included", "extra", "not offered"), ("Is breakfast part of {}?",)),
    )),
    _Subject("Plants", "Plant", _TITLE, (
        _Column("Height", _number(10, 400, "{} cm", 5), ("How tall does {} grow?", "What height does {} reach?")),
        _Column("Flowers in", _one_of(*_MONTHS), ("When does {} bloom?", "In which month does {} flower?")),
        _Column("Water", _one_of("daily", "weekly", "twice a week", "every ten days", "rarely"), (
            "How often must I water {}?", "How much water does {} need?",
        )),
        _Column("Light", _one_of("full sun", "half shade", "shade", "bright, no direct sun"), (
            "Where should {} stand?", "How much light does {} need?",
        )),
        _PRICE,
    )),
    _Subject("Tariffs", "Plan", _TITLE, (
        _Column("Monthly fee", _money(3, 120), ("What does {} cost a month?", "How much is {} each month?")),
        _Column("Storage", _number(5, 2000, "{} GB", 5), ("How much storage comes with {}?", "storage in {}")),
        _Column("Users", _number(1, 250), ("How many users may use {}?", "For how many people is {}?")),
        _Column("Notice", _number(1, 12, "{} weeks"), ("How long is the notice for {}?", "How soon can I leave {}?")),
    )),
    _Subject("Fees", "Service", _one_of(
        "Parking permit", "Replacement card", "Late return", "Copy of a certificate", "Name change", "Express delivery",
        "Cancellation", "Lost key", "Second inspection", "Change of address", "Archive search", "Notary visit",
    ), (
        _Column("Fee", _money(2, 200), ("What is the charge for: {}?", "How much is it for {}?", "What does {} cost?")),
        _Column("Takes", _number(1, 30, "{} days"), ("How long does it take: {}?", "How many days until {} is done?")),
        _Column("Form", _coded("F", "K", "Form"), ("Which form do I need for {}?", "What do I fill in for {}?")),
    )),
    _Subject("Materials", "Article", _coded("MT", "PX", "V", "SK"), (
        _PRICE,
        _Column("Weight", _number(1, 90, "{} kg"), ("How heavy is {}?", "What does {} weigh?")),
        _Column("Length", _number(10, 600, "{} mm", 5), ("How long is {}?", "What is the length of {}?")),
        _Column("Colour", _one_of("white", "black", "grey", "red", "dark blue", "natural"), ("What colour is {}?",)),
        _Column("In stock", _one_of("yes", "no", "from next week", "on request"), ("Is {} available?",)),
        _Column("Delivery", _number(1, 20, "{} days"), ("How quickly do you deliver {}?", "How long until {} comes?")),
    )),
    _Subject("Events", "Event", _TITLE, (
        _Column("Date", _date, ("When is {}?", "On which date does {} take place?")),
        _Column("Begins", _clock, ("At what time does {} begin?", "When do I have to be there for {}?")),
        _Column("Place", _one_of(*_PLACES), ("Where does {} take place?", "Where do I go for {}?")),
        _Column("Tickets", _money(5, 150), ("What do tickets for {} cost?", "How expensive is {}?")),
    )),
    _Subject("Settings", "Setting", _one_of(
        "Time-out", "Cache size", "Log level", "Retries", "Page size", "Session length", "Upload limit", "Port",
        "Backup interval", "Idle time", "Queue length", "Batch size",
    ), (
        _Column("Default", _number(1, 9000), ("What is the default of {}?", "To what is {} set at first?")),
        _Column("Highest", _number(9001, 90000), ("What is the highest value for {}?", "How far can {} go up?")),
        _Column("Since version", _number(1, 9, "{}.2"), ("Since which version is there {}?",)),
    )),
)  # fmt: skip
