"""A program of its own that looks at every point of a closed index.

``python -m components.stores.engine.edge_survey FOLDER`` writes JSON Lines: one of each point (see
:mod:`components.stores.survey`), and one with ``unfindable`` at the end, or ``error`` where the index cannot be read. A
damaged file can end it with a signal, which is why it is a program.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from components.errors import StoreError
from components.stores.engine.edge import EdgeEngine, index_seal
from components.stores.engine.manifest import read_manifest
from components.stores.survey import Surveyed, everything, survey, unfindable


def survey_edge(folder: Path, unfound: list[str]) -> Iterator[Surveyed]:
    """Every point of an embedded index that nobody has open, read in a process of its own.

    Args:
        folder: of the index.
        unfound: grows by the fields by which searches do not find all points.

    Raises:
        StoreError: it cannot be read to its end.
    """
    command = [sys.executable, "-P", "-m", "components.stores.engine.edge_survey", str(folder)]
    # The child imports what this process does, whatever folder it is started in.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path if entry)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as child:
        if child.stdout is None:
            raise RuntimeError("the process was started without a pipe")
        ended = False
        for line in child.stdout:
            found = json.loads(line)
            if "error" in found:
                raise StoreError(found["error"])
            if "unfindable" in found:
                unfound += found["unfindable"]
                ended = True
            else:
                yield Surveyed(**found)
        if not ended:
            raise StoreError(
                f"The index in {folder} ended the process that read it (exit code {child.wait()}): it is damaged."
            )


def main(folder: Path) -> None:
    """Write what there is to say of the index in this folder."""
    try:
        manifest = read_manifest(folder / "manifest.json")
        if manifest is None:
            raise StoreError(f"The index's manifest {folder / 'manifest.json'} is missing.")
        engine = EdgeEngine(folder, int(manifest.get("dimension", 0)))
        engine.open(manifest)
        values: dict[str, Counter[str]] = {}
        for each in survey(everything(engine), values):
            _write(asdict(each))
        _write({"unfindable": unfindable(engine, values)})
        if index_seal(folder).exists:
            engine.close()
    except Exception as error:
        _write({"error": str(error)})


def _write(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
