import time

import pytest

from components.query.kinds import core_of
from components.query.understanding import QueryUnderstanding

STORY = (
    "Good morning, we moved here two years ago with our three laptops and a small rented server, version 2.5 of it, "
    "and I do not trust the company very much, as I said to my neighbour yesterday."
)


@pytest.mark.parametrize(
    ("question", "core"),
    [
        (f"{STORY} What do I have to set?", "What do I have to set?"),
        (f"{STORY} What do I have to set? Many thanks for your help.", "What do I have to set?"),
        (f"What is first? {STORY} And what must I set then?", "What is first? And what must I set then?"),
        (f"{STORY} It must not read our files. How long?", "It must not read our files. How long?"),
        (f"{STORY} Tell me how I can set that. Thank you.", "Tell me how I can set that."),
        ("你好，我们两年前搬到这里，家里有三台笔记本电脑和一台小服务器，但是我不太相信那家公司，昨天我也跟邻居说过这件事情。"
         "请问应该怎么设置密码？", "请问应该怎么设置密码？"),
        (STORY, STORY),
        ("I have a pump. Why does it leak?", "I have a pump. Why does it leak?"),
    ],
)  # fmt: skip
def test_the_core_of_a_long_question_is_what_asks(question: str, core: str) -> None:
    assert core_of(question) == core
    found = QueryUnderstanding().run(question)
    assert (found["query"], found["text"], found["understood"].core) == (
        core, question, None if core == question else core,
    )  # fmt: skip


@pytest.mark.parametrize("part", ["?", ". ", "a ", "what ", "? ", "a.b", "。"])
def test_a_hostile_question_takes_no_time(part: str) -> None:
    started = time.monotonic()
    core_of(part * 2_000)
    assert time.monotonic() - started < 5
