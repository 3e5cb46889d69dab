r"""Take off everything that dresses a reply, so that the parser reads words, numbers and punctuation only.

In goes the text as it came; out comes plain text on which all later patterns may rely: no reasoning blocks, no markup,
no quotes or emphasis, no invisible or control characters, ASCII digits, straight apostrophes, single blanks. Two rules:
text before a lone closing tag of reasoning is reasoning too, and a block that never closes leaves nothing to read, for
an answer inside it is a thought, not an answer. Answer tags and ``\boxed`` become the words "answer:" and "final
answer:".
"""

from __future__ import annotations

import re
import unicodedata

_TERMINAL_ESCAPE = re.compile(
    r"\x1b(?:\[[0-9;:?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,400}(?:\x07|\x1b\\)|[@-Z\\^_])"
)
_THOUGHT = "(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)"
_REASONING_TAG = re.compile(
    rf"(?P<open><\|?{_THOUGHT}\|?>|◁think▷|\[think\]|<\|begin_of_thought\|>|<\|start_thinking\|>"
    r"|<\|channel\|>(?:analysis|commentary)<\|message\|>)"
    rf"|(?P<close><\|?/\|?{_THOUGHT}\|?>|◁/think▷|\[/think\]|<\|end_of_thought\|>|<\|end_thinking\|>)"
    r"|(?P<final><\|channel\|>final<\|message\|>|assistantfinal)",
    re.IGNORECASE,
)
_ANSWER_TAG = r"(final[_ ]answer|answer|response|rating|choice|score|output|result)>"
_MARKUP = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (rf"<{_ANSWER_TAG}", r"\n\1: "),
        (rf"</{_ANSWER_TAG}|```\w{{0,12}}", "\n"),
        (r"</?(?:p|br|div|li|[ou]l|tr|table|tbody|thead|h[1-6])\b[^<>\n]{0,200}>", "\n"),
        (r"</?t[dh]\b[^<>\n]{0,200}>", "|"),
        (r"</?(?:[bius]|em|strong|span|code|pre|su[bp]|html|body|[be]os)\b[^<>\n]{0,200}>|<\|[^|<>\n]{0,40}\|>", " "),
        (r"\\boxed\b", r"\nfinal answer: "),
        (r"\\(?:text|textbf|mathrm|mathbf)\b|[{}$*_`\"“”„«»‹›「」『』]", " "),
        (r"[-=]{1,3}>|[→⇒➔]", ":"),
        (r"[—―]", " - "),
        (r"[¼½¾⅐-⅞]", ".5"),  # any fraction lies between two options
        (r"\b([eia])\.([gei])\.", r"\1\2 "),
    )
)
_FOLDED = str.maketrans("–‑‒−‐’‘ʼ。।、،؟【〔】〕\r\v\f\x85\u2028\u2029", "-----'''..,,?(())\n\n\n\n\n\n")
_REPEATED = re.compile(r"([-=:,.!?|#~<>()\[\]'])(?:[^\S\n]{0,3}\1)+")


def without_reasoning(reply: str) -> str | None:
    """Cut reasoning blocks away, which may nest; ``None`` if one is still open at the end."""
    text = _TERMINAL_ESCAPE.sub("", reply)
    kept: list[str] = []
    depth = start = 0
    for tag in _REASONING_TAG.finditer(text):
        between = text[start : tag.start()]
        if tag["final"] or (tag["close"] and depth == 0):
            kept, depth = [], 0
        elif tag["close"]:
            depth -= 1
        elif depth == 0:
            kept.append(between)
            depth = 1
        elif between.strip():  # a tag straight after another is the same block: some models repeat it
            depth += 1
        start = tag.end()
    return None if depth else "\n".join([*kept, text[start:]])


def plain(text: str) -> str:
    """Give the text without anything that dresses it."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    text = unicodedata.normalize("NFKC", _without_piled_marks(text)).translate(_FOLDED)
    text = "".join(char for char in text if not _is_invisible(char))
    text = re.sub(r"\d", lambda digit: str(int(digit[0])), text)
    text = re.sub(r"(\d{9})\d+", r"\1", text)  # as far out of any scale as the whole number
    text = re.sub(r"(?<!\w)'|'(?!\w)", " ", text)
    text = re.sub(r" ?\n\s*", "\n", re.sub(r"[^\S\n]+", " ", text))
    return _REPEATED.sub(r"\1", text).strip()


def _without_piled_marks(text: str) -> str:
    """Drop all but three marks on a letter: no script needs more, and normalising piles takes quadratic time."""
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= 3:
            kept.append(char)
    return "".join(kept)


def _is_invisible(char: str) -> bool:
    """Say whether a character is a control, a format mark, or part of an emoji key cap."""
    if char in "\n\t":
        return False
    return unicodedata.category(char) in ("Cc", "Cf") or "\ufe00" <= char <= "\ufe0f" or char == "\u20e3"
