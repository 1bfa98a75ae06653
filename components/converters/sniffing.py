"""The first bytes of a file -> what it seems to be, in words for an error message, or None for text.

Pure; reads no file and knows no parser.
"""

import io
import zipfile

_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"BM", "a BMP picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"\x7fELF", "an executable program"),
    (b"MZ", "an executable program"),
    (b"\xcf\xfa\xed\xfe", "an executable program"),
    (b"\xca\xfe\xba\xbe", "an executable program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office file"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"OggS", "an audio file"),
    (b"ID3", "an audio file"),
    (b"fLaC", "an audio file"),
)
_ZIPPED = (
    (b"word/", "a DOCX document"),
    (b"xl/", "an Excel workbook"),
    (b"ppt/", "a PowerPoint presentation"),
    (b"application/vnd.oasis.opendocument", "an OpenDocument file"),
    (b"application/epub", "an EPUB book"),
)
_LISTED = (
    ({"META-INF/container.xml"}, "an EPUB book"),
    ({"mimetype", "content.xml"}, "an OpenDocument file"),
)
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_PDF_WINDOW = 1024  # a PDF may begin with up to this many bytes of something else


def seems_to_be(data: bytes) -> str | None:
    """Name the kind of a file by its content; None where no known signature is found."""
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "a WebP picture"
    if data.startswith(b"RIFF"):
        return "an audio, video or picture file"
    if data[4:8] == b"ftyp":
        return "a video file"
    for magic, name in _MAGIC:
        # Two letters are a signature only where bytes follow that no text has.
        if data.startswith(magic) and (magic not in (b"MZ", b"BM", b"BZh", b"ID3") or b"\0" in data[:256]):
            return name
    return None


def _zipped(data: bytes) -> str:
    """Name the kind of a zip archive by its entries.

    Their names alone count, where they can be read: a presentation may hold a whole workbook beside its slides.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        # Damaged: the names stand in clear beside the entries and once more at the end.
        edges = data[:8192] + data[-65536:]
        return next((kind for mark, kind in _ZIPPED if mark in edges), "a zip archive")
    for entries, kind in _LISTED:
        if entries <= set(names):
            return kind
    starts = {name.encode("utf-8", "replace").partition(b"/")[0] + b"/" for name in names}
    # Of OpenDocument files and EPUB books the first entry says what they are, and is never compressed.
    return next((kind for mark, kind in _ZIPPED if mark in starts or mark in data[:200]), "a zip archive")


def is_pdf(data: bytes) -> bool:
    """Whether a PDF's mark stands where readers look for it."""
    return b"%PDF-" in data[:_PDF_WINDOW]


def is_encrypted_office(data: bytes) -> bool:
    """Whether an OLE container holds an Office document locked with a password."""
    return _ENCRYPTED_PACKAGE in data


def looks_like_html(data: bytes) -> bool:
    """Whether a text begins as a web page does."""
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))
