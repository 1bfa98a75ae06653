"""The address of a PostgreSQL database: checked, and shown without its password."""

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from components.errors import ConfigurationError

_NAMES = ("postgresql", "postgres", "postgresql+psycopg")
_EXAMPLE = "postgresql://user:password@host:5432/quaere"
_SECRET_PARAMETERS = ("password", "sslpassword")


def postgresql_url(text: str) -> URL:
    """The address as SQLAlchemy takes it, with the one driver that Quaere uses.

    Raises:
        ConfigurationError: it is no address of a PostgreSQL database; the message does not quote it.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(f"database.url is no address of a database, such as {_EXAMPLE}") from error
    if url.drivername not in _NAMES:
        raise ConfigurationError(
            f"database.url begins with {url.drivername}://; it can only be a PostgreSQL database, such as {_EXAMPLE}"
        )
    if not url.database:
        raise ConfigurationError(f"database.url names no database; give one as in {_EXAMPLE}")
    return url.set(drivername="postgresql+psycopg")


def shown(url: URL | str) -> str:
    """An address for people to read: its password is ``***``, wherever it stands."""
    parsed = make_url(url)
    hidden = {name: "***" for name in _SECRET_PARAMETERS if name in parsed.query}
    plain = parsed.update_query_dict(hidden).set(drivername=parsed.get_backend_name())
    return plain.render_as_string(hide_password=True)
