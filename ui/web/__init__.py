"""The page: one file per page, ``app.py`` puts them together and serves them, ``style.css`` is their look."""

# Before Gradio: it decides about its usage reports while it is imported, and this switches them off.
import components  # noqa: F401
