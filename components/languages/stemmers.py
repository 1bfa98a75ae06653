"""Which stop words and stemmer Qdrant's BM25 has for a language: its name for them."""

from components.languages.packs import PACKS

WITHOUT_PACK = {
    "ar": "arabic",
    "az": "azerbaijani",
    "eu": "basque",
    "bn": "bengali",
    "ca": "catalan",
    "da": "danish",
    "nl": "dutch",
    "fi": "finnish",
    "el": "greek",
    "he": "hebrew",
    "hu": "hungarian",
    "id": "indonesian",
    "kk": "kazakh",
    "ne": "nepali",
    "nb": "norwegian",
    "nn": "norwegian",
    "no": "norwegian",
    "ro": "romanian",
    "ru": "russian",
    "sl": "slovene",
    "sv": "swedish",
    "tg": "tajik",
    "tr": "turkish",
}
"""Of languages of which nothing else is known."""

SEGMENTED = frozenset({"th", "lo", "km", "my"})
"""Languages written without spaces that Qdrant's segmenter cuts into words."""

STEMMERS = WITHOUT_PACK | {pack.code: pack.stemmer for pack in PACKS if pack.stemmer}
"""By ISO 639-1 code."""
