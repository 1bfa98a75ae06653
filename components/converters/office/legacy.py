"""DOC, XLS and PPT, the formats of Office before 2007 -> what LibreOffice makes of them, where it is installed.

It runs without a window, in a profile of its own that forbids macros and links to other places, and within limits.
"""

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from components.converters.extracted import Extracted
from components.converters.limits import Limits
from components.errors import LoadingError

_NEWER = {".doc": ".docx", ".xls": ".xlsx", ".ppt": ".pptx"}
_PROGRAMS = (
    "soffice",
    "libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
)
_SECONDS = 120
_MEMORY_BYTES = 4 << 30
"""Of addresses, not of memory in use: the program maps much that it never touches."""

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""


def extract(data: bytes, path: Path, limits: Limits) -> Extracted:
    """Read a document of an old Office."""
    suffix = path.suffix.lower()
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        hint = f"install LibreOffice, which Quaere then uses, or save it as {_NEWER[suffix]}"
        raise LoadingError(path, f"is in an old format of Office; {hint}")
    _widen(limits)
    with tempfile.TemporaryDirectory(prefix="quaere-") as folder:
        converted = _converted(data, path, program, Path(folder))
        module = importlib.import_module(f"components.converters.office.{_NEWER[suffix].removeprefix('.')}")
        found: Extracted = module.extract(converted, path, limits)
    return replace(found, format=suffix.removeprefix("."))


def _widen(limits: Limits) -> None:
    """Allow files to be written, which the sandbox forbids but the program needs, and it to map what it maps."""
    if sys.platform == "win32":
        return
    import resource

    for kind, wanted in ((resource.RLIMIT_FSIZE, limits.unpacked), (resource.RLIMIT_AS, _MEMORY_BYTES)):
        soft, hard = resource.getrlimit(kind)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _converted(data: bytes, path: Path, program: str, folder: Path) -> bytes:
    suffix = path.suffix.lower()
    given, made = folder / f"document{suffix}", folder / "out" / f"document{_NEWER[suffix]}"
    given.write_bytes(data)
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_PROFILE, "utf-8")
    command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
               "--nolockcheck", "--convert-to", _NEWER[suffix].removeprefix("."), "--outdir", str(made.parent),
               str(given)]  # fmt: skip
    try:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            cwd=folder,
            env={**os.environ, "HOME": str(folder)},
        )
    except subprocess.TimeoutExpired as error:
        raise LoadingError(path, f"took LibreOffice longer than {_SECONDS} seconds to convert") from error
    if not made.is_file():
        raise LoadingError(path, "cannot be converted by LibreOffice; it may be damaged or locked with a password")
    return made.read_bytes()
