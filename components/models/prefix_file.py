"""The file of a learned prefix, for those who do not load models: its name, and how many positions it takes."""

import json
from pathlib import Path

PREFIX_FILE = "prefix.safetensors"


def prefix_length(folder: Path) -> int:
    """Positions of the folder's prefix; 0 where it has none."""
    path = folder / PREFIX_FILE
    if not path.is_file():
        return 0
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return int(header["prefix"]["shape"][0])
