from pathlib import Path

import pytest

from components.errors import ConfigurationError
from components.query.synonyms import Synonyms, load_synonyms, with_additions

FILE = """
[[group]]
words = ["VPN", "virtual private network"]

[[group]]
words = ["hot-water tank", "cylinder", "Boiler"]

[[group]]
words = ["保修", "质保"]

[acronyms]
RMA = "return merchandise authorization"
IT = "information technology"
"""


@pytest.fixture
def synonyms(tmp_path: Path) -> Synonyms:
    path = tmp_path / "synonyms.toml"
    path.write_text(FILE, encoding="utf-8")
    return load_synonyms(path)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("How do I get an RMA?", "How do I get an RMA? (return merchandise authorization)"),
        ("Is a return  merchandise authorization free?", "Is a return  merchandise authorization free? (RMA)"),
        ("vpn down", "vpn down (virtual private network)"),
        ("Does it work?", "Does it work?"),
        ("Does IT work?", "Does IT work? (information technology)"),
        ("RMAs", "RMAs"),
        ("VPN_2", "VPN_2"),
        ("the hot water tank", "the hot water tank (cylinder, Boiler)"),
        ("boiler or cylinder", "boiler or cylinder (hot-water tank)"),
        ("VPN (virtual private network)", "VPN (virtual private network)"),
        ("用VPN连接", "用VPN连接 (virtual private network)"),
        ("质保多久？", "质保多久？ (保修)"),
        ("RMA by VPN", "RMA by VPN (return merchandise authorization, virtual private network)"),
        ("", ""),
    ],
)
def test_expansion(synonyms: Synonyms, text: str, expanded: str) -> None:
    assert with_additions(text, synonyms.additions(text)) == expanded


def test_nothing_known_changes_nothing() -> None:
    assert with_additions("RMA", Synonyms().additions("RMA")) == "RMA"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[group]\n", "not TOML"),
        ("[[groups]]\nwords = ['a', 'b']", r"unknown key 'groups'.*\[\[group\]\] and \[acronyms\]"),
        ("[[group]]\nwords = ['a', 'b']\n[[group]]\nwords = ['a']", "group 2 must have two words"),
        ("[[group]]\nwords = 'a'", "group 1"),
        ("[[group]]\nword = ['a', 'b']", "group 1"),
        ("[[group]]\nwords = ['a', ' ']", "group 1"),
        ("[group]\nwords = ['a', 'b']", "'group' must be written"),
        ("acronyms = 3", "'acronyms' must be a table"),
        ("[acronyms]\nRMA = 3", "acronym 'RMA' must have its words in quotes; it has 3"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_key(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "synonyms.toml"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=message) as caught:
        load_synonyms(path)
    assert str(path) in str(caught.value)


def test_a_missing_or_binary_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.toml cannot be read \(No such file"):
        load_synonyms(tmp_path / "absent.toml")
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"b\.toml is not TOML in UTF-8"):
        load_synonyms(tmp_path / "b.toml")
