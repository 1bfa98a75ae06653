"""Extracted text -> passages that remember where they stood."""
