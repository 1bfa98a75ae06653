"""The page: one file per page and part, ``app.py`` puts them together and serves them in each language.

``texts.py`` holds its words, ``escaping.py`` keeps what is foreign text, ``page.js`` is what the browser does.
"""

# Before Gradio: it decides about its usage reports while it is imported, and this switches them off.
import components  # noqa: F401
