"""``python -m benchmarks NAME ...`` runs the measurement of that name.

``peers FILE``, ``growth FILE`` and ``FILE --url ADDRESS`` do what ``quaere benchmark`` does; ``abuse`` attacks Quaere,
``cold_start`` times the first answer of a new process, ``listing`` times lists of many sources, and ``reading`` says
how well a folder of PDFs is read.
``recognition`` reads printed pages.
"""

import importlib
import sys

_ALONE = {
    "abuse": "benchmarks.abuse.__main__",
    "cold_start": "benchmarks.cold_start",
    "listing": "benchmarks.listing",
    "reading": "benchmarks.reading",
    "recognition": "benchmarks.recognition",
}
"""Those that have options of their own and none of ``quaere``'s."""


def main() -> None:
    """Run the measurement that the first word names."""
    if sys.argv[1:] and sys.argv[1] in _ALONE:
        module = _ALONE[sys.argv.pop(1)]
    else:
        module = "ui.cli.main"
        sys.argv.insert(1, "benchmark")
    importlib.import_module(module).main()


if __name__ == "__main__":
    main()
