"""Writes the small data files of the tests."""

import gzip
import json


def write(path, content):
    """Text as it is, a list as JSON Lines, anything else as JSON; gzipped where the name says so."""
    if isinstance(content, list):
        content = "".join(json.dumps(each) + "\n" for each in content)
    data = (content if isinstance(content, str) else json.dumps(content)).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path
