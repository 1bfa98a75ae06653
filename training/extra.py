"""What training needs beyond the packages that answering needs: the extra ``train``."""

import importlib.util

from components.errors import ConfigurationError


def require(*packages: str) -> None:
    """Check that packages are there before any work begins.

    Raises:
        ConfigurationError: one is not.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"training needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed; "
            "install Quaere with its extra: pip install -e '.[train]' -c constraints.txt"
        )
