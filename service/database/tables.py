"""The tables of the service's own database; a change of them goes with a step in ``migrations/versions``."""

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class ServiceTable(DeclarativeBase):
    """What all tables share: the list of them."""


class KeyRow(ServiceTable):
    """A key; the secret itself is nowhere."""

    __tablename__ = "keys"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    sha256: Mapped[str]
    """Of the secret, hexadecimal."""
    roles: Mapped[list[str]] = mapped_column(JSON)
    groups: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[str]
    """UTC, ISO 8601."""


class SessionRow(ServiceTable):
    """A browser that showed a key."""

    __tablename__ = "sessions"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    """Of the cookie's value, hexadecimal."""
    key_id: Mapped[str] = mapped_column(ForeignKey("keys.key_id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """Seconds since 1970."""


class JobRow(ServiceTable):
    """Uploads on their way into the index."""

    __tablename__ = "jobs"

    job_id: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str | None] = mapped_column(index=True)
    """Whose it is; None for the local caller. No foreign key: a job outlives the key."""
    state: Mapped[str] = mapped_column(index=True)
    uploads: Mapped[list[list[Any]]] = mapped_column(JSON)
    """The fields of each, in their order; an older row has the first of them."""
    passages: Mapped[int]
    failures: Mapped[list[list[str]]] = mapped_column(JSON)
    """Name and reason of each."""
    created_at: Mapped[str]
    finished_at: Mapped[str | None]
    seconds: Mapped[float | None]


class FeedbackRow(ServiceTable):
    """What somebody said about an answer."""

    __tablename__ = "feedback"

    feedback_id: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str | None]
    """Who said it; None for the local caller."""
    groups: Mapped[list[str]] = mapped_column(JSON)
    """In which groups it was said."""
    created_at: Mapped[str] = mapped_column(index=True)
    question: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    correction: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    correction_text: Mapped[str | None] = mapped_column(Text)
    comment: Mapped[str | None] = mapped_column(Text)
