"""Candidate passages, sorted by how well they answer."""
