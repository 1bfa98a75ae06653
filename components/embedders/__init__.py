"""Texts -> dense vectors and BM25 sparse vectors."""
