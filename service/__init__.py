"""What the API, the page and the commands stand on: jobs, uploads, keys, feedback, and their database. No HTTP."""

# Before any module here imports Haystack: this switches off its usage reports and keeps torch out of its import.
import components  # noqa: F401
