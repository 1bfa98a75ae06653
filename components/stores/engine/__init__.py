"""Where the points of an index are kept: the embedded engine or a Qdrant server."""
