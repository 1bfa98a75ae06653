"""Bytes of a text file -> its characters: byte order mark, UTF-8, UTF-16 without a mark, then by statistics.

Raises ``UndecodableError`` for what is not text. Knows no file format.
"""

import codecs

_MARKS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings that files are really written in; the detector otherwise names museum pieces that fit short texts.
_LEGACY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2", "iso8859_7",
    "koi8_r", "gb18030", "big5", "cp932", "euc_jp", "cp949", "cp874",
)  # fmt: skip
_SAMPLE_BYTES = 1 << 18
_CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 26, 27, 28, 29, 30, 31})
_MAX_CONTROLS = 3
_MAX_CONTROL_SHARE = 0.02
_MAX_BROKEN_SHARE = 0.02


class UndecodableError(ValueError):
    """The bytes are not text in any encoding that is known here."""


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a file's bytes; ``declared`` is what the file says of itself, tried before guessing."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    if (wide := _unmarked_utf16(data)) is not None:
        return data.decode(wide, errors="replace")
    sample = data[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > max(_MAX_CONTROLS, _MAX_CONTROL_SHARE * len(sample)):
        raise UndecodableError("holds binary data, not text")
    for candidate in ("utf-8", declared):
        try:
            if candidate is not None:
                return data.decode(candidate)
        except (LookupError, UnicodeError):  # a declared name may be unknown, or wrong
            continue
    return _mostly_utf8(data) or _guess(data)


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 of a text with Latin letters has a NUL in every other byte."""
    sample = data[:4096]
    if len(sample) < 4 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0) / len(sample[0::2]), sample[1::2].count(0) / len(sample[1::2])
    if max(even, odd) < 0.4 or min(even, odd) > 0.05:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _mostly_utf8(data: bytes) -> str | None:
    """UTF-8 with a few broken bytes, as a log of several programs has; those become U+FFFD."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    wide = sum(1 for character in text if character > "\x7f") - broken
    return text if broken <= _MAX_BROKEN_SHARE * wide else None


def _guess(data: bytes) -> str:
    # Imported here: detection is needed for files in an older encoding only.
    from charset_normalizer import from_bytes

    matches = from_bytes(data[:_SAMPLE_BYTES], cp_isolation=list(_LEGACY))
    best = matches.best()
    if best is None:
        raise UndecodableError("is in no encoding that can be recognised; save it as UTF-8")
    # German and Spanish fit the Central European page as well as the Western one; the Western is far commoner.
    tied = {match.encoding for match in matches if match.chaos <= best.chaos}
    tied.update(best.could_be_from_charset)
    return data.decode("cp1252" if "cp1252" in tied else best.encoding, errors="replace")
