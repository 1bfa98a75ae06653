"""The text of a message without what belongs to its letter: greeting, thanks, signature, quoted mail, personal data.

Only what is certain goes; what may be a part of the answer stays. Pure.
"""

import re

from components.converters.assembly import TextBuilder
from components.converters.html import add_fragment
from components.converters.limits import Limits

LONGEST_MESSAGE = 200_000
"""Characters of one message; the rest is not read."""

_LIMITS = Limits()
_QUOTED = re.compile(
    r"^(?:-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original)"
    r"|on .{5,100} wrote:$|am .{5,100} schrieb .{0,80}:$|le .{5,100} a écrit ?:$|el .{5,100} escribió:$"
    r"|##- please type your reply above this line)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^(?:--$|(?:(?:best|kind|warm|many|kindest|warmest) )?regards\b|(?:best|all the best|sincerely|yours sincerely|"
    r"yours truly|cheers|many thanks|thanks(?: again)?|thank you(?: again)?|(?:mit )?(?:freundlichen?|besten?|vielen?|"
    r"herzlichen?|liebe) grü(?:ß|ss)en?|viele grü(?:ß|ss)e|lg|mfg|vg|cordialement|bien à vous|saludos(?: cordiales)?|"
    r"un saludo|atentamente|sent from my [^.]{0,40})\s*+[,.!]?\s*+$)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    # A line of its own, or the beginning of a line; more must follow.
    r"\A\s*+(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen|abend)|"
    r"liebe[rs]?|sehr geehrte[rs]?|servus|moin|bonjour|bonsoir|salut|chère?|hola|buenos días|buenas tardes|"
    r"estimad[oa]s?)(?:[ \t]++[\w.'’-]{1,30}){0,4}[ \t]*+[,!.:]?[ \t]*+\n\s*+(?=\S)"
    r"|\A\s*+(?:hi|hello|hey|dear|hallo|bonjour|hola)(?:[ \t]++[\w.'’-]{1,30}){0,3}[ \t]*+[,!][ \t]++(?=\S)"
    r"|\A\s*+(?:您好|你好|尊敬的[^，,\n]{1,20})[，,！!。：:]?\s*+(?=\S)",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\A\s*+(?:(?:thanks|thank you)(?: so much| very much)? for (?:contacting|reaching out|writing|getting in touch|"
    r"your (?:message|e-?mail|inquiry|enquiry|request|question|patience|reply|interest))[^.!?\n]{0,120}[.!](?:\s++|$)"
    r"|(?:vielen dank|danke) für ihre (?:nachricht|anfrage|e-?mail|geduld)[^.!?\n]{0,120}[.!](?:\s++|$)"
    r"|merci (?:de|pour) [^.!?\n]{0,30}(?:message|contacté|demande)[^.!?\n]{0,120}[.!](?:\s++|$)"
    r"|gracias por (?:contactar|escribir|su mensaje)[^.!?\n]{0,120}[.!](?:\s++|$))",
    re.IGNORECASE,
)
_MOST_SIGNATURE = 15
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(
    r"(?<![\w.,/@#-])(?:\+|00)\d(?:[ ()./-]{0,2}\d){7,14}(?![\w@])"
    r"|(?<![\w.,/@#-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w@-])"
    r"|(?<![\w.,/@#-])(?:\(0\d{1,5}\)|0\d{2,5})[ /-]{1,2}\d(?:[ -]?\d){4,9}(?![\w@])"
)


def plain_text(markup: str) -> str:
    """The visible words of a message in HTML, in paragraphs and lists.

    Raises:
        InputError: it holds more than any message.
    """
    builder = TextBuilder(_LIMITS)
    add_fragment(builder, markup[:LONGEST_MESSAGE])
    return builder.build("html", None, {}).text


def cleaned(text: str) -> str:
    """A message without greeting and quoted mail."""
    lines: list[str] = []
    for line in text[:LONGEST_MESSAGE].replace("\r\n", "\n").split("\n"):
        if _QUOTED.match(line.strip()[:250]):
            break
        if not line.lstrip().startswith(">"):
            lines.append(line.rstrip())
    return _GREETING.sub("", "\n".join(_unsigned(lines)).strip(), count=1).strip()


def reply_text(text: str) -> str:
    """An agent's reply without greeting, thanks for writing, quoted mail and signature."""
    return _THANKS.sub("", cleaned(text), count=1).strip()


def without_personal_data(text: str) -> str:
    """E-mail addresses and phone numbers masked."""
    return _PHONE.sub("[phone number]", _ADDRESS.sub("[e-mail address]", text))


def _unsigned(lines: list[str]) -> list[str]:
    """The lines above the signature, which opens with a farewell or two hyphens near the end."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    for number in filled[-_MOST_SIGNATURE:]:
        if number > filled[0] and _SIGNED.match(lines[number].strip()[:100]):
            return lines[:number]
    return lines
