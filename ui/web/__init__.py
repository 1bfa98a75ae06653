"""The pages: ``app.py`` puts them together and serves them in each language of ``ui.wording``.

What they look like is in ``templates/``, what the browser does and how in ``static/``; Python gives the values.
"""

# Before Gradio: it decides about its usage reports while it is imported, and this switches them off.
import components  # noqa: F401
