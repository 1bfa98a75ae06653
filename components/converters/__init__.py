"""Files -> their text with provenance: one module per format, imported when a file of it is met."""
