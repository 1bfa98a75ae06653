"""Passages -> the spans in them that may answer the question."""
