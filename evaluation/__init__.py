"""How good the answers are: labelled questions, metrics, and the experiments that join them."""

# Before any module here imports Haystack: this switches off its usage reports and keeps torch out of its import.
import components  # noqa: F401
