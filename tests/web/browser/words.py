"""What the pages say, in the language of the reader."""

from html import unescape

from django.utils import translation


class Words:
    """Looks up what a sentence is called in a language; where nobody translated it, it stays as it is, as on the page."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, said: str) -> str:
        with translation.override(self.language):
            return unescape(str(translation.gettext(said)))
