"""The only place that names sockets: settings, the two pipelines, and the service that the rest of Quaere uses."""

# Before any module here imports Haystack: this switches off its usage reports and keeps torch out of its import.
import components  # noqa: F401
