"""Every word of the page's own, in each language of the interface.

What comes from documents, and what the service says about an error, is not translated.
"""

from collections.abc import Mapping

from ui.web.chinese import CHINESE
from ui.web.english import ENGLISH
from ui.web.wording import Confidence, Counted, Texts

__all__ = ["CHINESE", "ENGLISH", "LANGUAGES", "Confidence", "Counted", "Texts"]

LANGUAGES: Mapping[str, Texts] = {texts.language: texts for texts in (ENGLISH, CHINESE)}
"""By code; the first is what a visitor gets whose browser asks for none of them."""
