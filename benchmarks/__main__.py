"""``python -m benchmarks NAME ...`` runs the measurement of that name.

``peers FILE``, ``growth FILE`` and ``FILE --url ADDRESS`` do what ``quaere benchmark`` does; ``abuse`` attacks Quaere,
``listing`` times lists of many sources.
"""

import sys
from typing import Any


def main() -> None:
    """Run the measurement that the first word names."""
    run: Any
    if sys.argv[1:2] == ["abuse"]:
        from benchmarks.abuse.__main__ import main as run

        del sys.argv[1]
    elif sys.argv[1:2] == ["listing"]:
        from benchmarks.listing import main as run

        del sys.argv[1]
    else:
        from ui.cli.main import main as run

        sys.argv.insert(1, "benchmark")
    run()


if __name__ == "__main__":
    main()
