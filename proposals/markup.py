"""XML, whatever the texts in it are."""

import re

from django.utils.xmlutils import SimplerXMLGenerator

NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


class Writer(SimplerXMLGenerator):
    """Writes XML, whatever its texts are."""

    def characters(self, content: str) -> None:
        """Write a text with a space in the place of what XML cannot hold."""
        super().characters(NO_XML.sub(" ", content))

    def element(self, name: str, text: str | None = None, **attributes: str) -> None:
        """Write an element with a text or none."""
        self.addQuickElement(name, text, {key: NO_XML.sub(" ", value) for key, value in attributes.items()})
