"""A program of its own: ``python edge_optimiser.py FOLDER`` builds the search graph of a closed edge folder.

Building holds Python's global lock for a minute and more, so it happens in a child process, which needs nothing
of this package. Exit code 0 means that the folder is complete on disk.
"""

import sys

from qdrant_edge import EdgeShard


def optimise(folder: str) -> None:
    """Merge and index what is in the folder until nothing is left to improve."""
    shard = EdgeShard.load(folder)
    shard.optimize()
    shard.flush()
    shard.close()


if __name__ == "__main__":
    optimise(sys.argv[1])
