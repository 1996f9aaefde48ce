"""Write labels as pages: PDF for printers, SVG for one page, HTML for whoever prints from there."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from mintmark.intake.labels.drawing import Rect, Shape, Text
from mintmark.intake.labels.layouts import Layout

_POINTS = 72 / 25.4  # to a millimetre
# Every reader of PDF brings this one, so that no font file has to be put in.
_HAN, _CODE = "STSong-Light", "Courier-Bold"
Label = Sequence[Shape]
Write = Callable[[Path, str, Layout, Iterator[Label]], Iterator[int]]


def _pages(labels: Iterator[Label], layout: Layout) -> Iterator[list[Label]]:
    while page := list(islice(labels, layout.per_page)):
        yield page


# ---------------------------------------------------------------- PDF


def _write_pdf(path: Path, title: str, layout: Layout, labels: Iterator[Label]) -> Iterator[int]:
    """Write pages as they come; each is packed as soon as it is drawn."""
    # Most runs draw nothing, and this takes a fifth of a second to load.
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415
    from reportlab.pdfbase.pdfmetrics import registerFont  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    registerFont(UnicodeCIDFont(_HAN))
    width, height = (side * _POINTS for side in layout.page)
    canvas = Canvas(str(path), pagesize=(width, height), pageCompression=1)
    canvas.setTitle(title)
    for page in _pages(labels, layout):
        for number, label in enumerate(page):
            left, top = layout.place(number)
            canvas.saveState()
            # From here on in millimetres; heights still grow upwards.
            canvas.scale(_POINTS, _POINTS)
            canvas.translate(left, layout.page[1] - top)
            _draw(canvas, label)
            canvas.restoreState()
        canvas.showPage()
        yield len(page)
    canvas.save()


def _draw(canvas: Any, label: Label) -> None:
    path = canvas.beginPath()
    for shape in label:
        if isinstance(shape, Rect):
            path.rect(shape.x, -shape.y - shape.height, shape.width, shape.height)
        else:
            is_plain = shape.is_code and shape.text.isascii()
            canvas.setFont(_CODE if is_plain else _HAN, shape.size)
            canvas.drawString(shape.x, -shape.y, shape.text)
    canvas.drawPath(path, stroke=0, fill=1)


# ---------------------------------------------------------------- SVG and HTML


def _write_svg(path: Path, title: str, layout: Layout, labels: Iterator[Label]) -> Iterator[int]:
    """Write the first page; the others stand beside it, numbered from 2."""
    for number, page in enumerate(_pages(labels, layout), start=1):
        beside = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        beside.write_text("".join(_svg(page, title, layout)), encoding="utf-8")
        yield len(page)


def _write_html(path: Path, title: str, layout: Layout, labels: Iterator[Label]) -> Iterator[int]:
    """Write all pages one below the other; a browser prints each on its own."""
    with path.open("w", encoding="utf-8") as file:
        width, height = layout.page
        file.write(_HTML.format(title=escape(title), width=width, height=height))
        for page in _pages(labels, layout):
            file.writelines(_svg(page, title, layout))
            yield len(page)
        file.write("</body></html>\n")


_HTML = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title>
<style>@page {{ size: {width}mm {height}mm; margin: 0 }} body {{ margin: 0 }}
svg {{ display: block; page-break-after: always }}</style></head><body>
"""


def _svg(page: list[Label], title: str, layout: Layout) -> Iterator[str]:
    width, height = layout.page
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
        f' viewBox="0 0 {width} {height}"><title>{escape(title)}</title>\n'
    )
    for number, label in enumerate(page):
        left, top = layout.place(number)
        rects = [shape for shape in label if isinstance(shape, Rect)]
        path = "".join(
            f"M{r.x:.4g} {r.y:.4g}h{r.width:.4g}v{r.height:.4g}h-{r.width:.4g}z" for r in rects
        )
        texts = "".join(_text(shape) for shape in label if not isinstance(shape, Rect))
        yield f'<g transform="translate({left:g} {top:g})"><path d="{path}"/>{texts}</g>\n'
    yield "</svg>\n"


def _text(text: Text) -> str:
    family = "Courier New, monospace" if text.is_code else "Noto Sans SC, SimSun, sans-serif"
    look = f'x="{text.x:.4g}" y="{text.y:.4g}" font-size="{text.size:.4g}" font-family="{family}"'
    return f"<text {look}>{escape(text.text)}</text>"


WRITERS: dict[str, Write] = {".pdf": _write_pdf, ".svg": _write_svg, ".html": _write_html}
"""File ending → what writes it: yields how many labels each page has."""
