"""Fitting: what turns labelled questions into better defaults or into a user's own."""

# Before any module here imports Haystack: this switches off its usage reports and keeps torch out of its import.
import components  # noqa: F401
