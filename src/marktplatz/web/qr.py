"""QR codes as elements of a page: dark on light whatever the page's colours are, since cameras read them so."""

import segno
from markupsafe import Markup


def draw_qr(address: str) -> Markup:
    """An inline picture of an address; the page says beside it what it is."""
    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(dark="#000", light="#fff", border=4, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704 segno's own
