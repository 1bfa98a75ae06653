"""Errors of SQLite and PostgreSQL in plain words, each with what to do."""

import re

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_DAMAGED = ("malformed", "not a database", "no such table", "no such column")


def explain(name: str, error: SQLAlchemyError, what: str) -> str:
    """What happened to a database and what to do, from the driver's words; ``what`` it is, with its article."""
    said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    if name.startswith("postgresql"):
        return _explain_postgresql(name, said, what, getattr(getattr(error, "orig", None), "sqlstate", None))
    lower = said.lower()
    if any(sign in lower for sign in _DAMAGED):
        return (
            f"{name}: {what} is damaged ({said}); restore a backup with `quaere restore`, or move the data "
            "folder away and index the documents again"
        )
    if "readonly" in lower or "unable to open" in lower or "permission" in lower:
        return f"{name}: {what} cannot be written ({said}); give this user write permission on its folder"
    if "full" in lower or "disk i/o" in lower:
        return f"{name}: {what} could not be written ({said}); free space on that disk and try again"
    if "locked" in lower:
        return f"{name}: another process holds {what} ({said}); stop it and try again"
    return f"{name}: {what} could not be read or written ({said})"


def _explain_postgresql(name: str, said: str, what: str, state: str | None) -> str:
    for states, signs, advice in _ADVICE:
        if state in states or signs.search(said):
            return f"{name}: {what} {advice} ({said})"
    return f"{name}: {what} could not be read or written ({said})"


def _said(signs: str) -> re.Pattern[str]:
    return re.compile(signs, re.IGNORECASE)


# SQLSTATEs and, since a failed connection has none, words of the server or its driver; what to say then.
_ADVICE = (
    (
        ("28P01", "28000"),
        _said(r'password authentication failed|no password supplied|no pg_hba\.conf entry|role "[^"]*" does not exist'),
        "cannot be opened, since PostgreSQL refuses the user; correct user and password in QUAERE_DATABASE__URL",
    ),
    (
        ("3D000",),
        _said(r'database "[^"]*" does not exist'),
        "cannot be opened, since there is no such database; make it with `createdb`, or correct QUAERE_DATABASE__URL",
    ),
    (
        ("42501", "25006"),
        _said("permission denied"),
        "cannot be written; make the user the owner of the database, and let QUAERE_DATABASE__URL name the primary",
    ),
    (("53300",), _said("too many clients|remaining connection slots"), "is busy; raise PostgreSQL's max_connections"),
    (("53100",), _said("no space left"), "could not be written; free space on PostgreSQL's disk and try again"),
    (("55P03", "40P01"), _said("lock timeout"), "is held by another process; try again"),
    (
        ("57P01", "57P02", "57P03", "08006", "08003"),
        _said("closed the connection|connection is (lost|closed)|starting up|shutting down|terminating connection"),
        "was cut off, since PostgreSQL stops or starts; what was kept is safe, try again when it runs",
    ),
    (
        ("08001", "08004"),
        _said("connection failed|connection timeout|could not translate|failed to resolve|timeout expired"),
        "cannot be reached; check that PostgreSQL runs and that QUAERE_DATABASE__URL names its host and port",
    ),
)
