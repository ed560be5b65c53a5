"""Draws the files of invented submissions: plans and charts as PNG or JPEG, fact sheets as small PDF
documents.

The same recipe gives the same bytes with the same Pillow. Only Latin letters are drawn, since Pillow's own
font has no others; Chinese stands in the file's name and caption.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

from awardapp.invention.draws import draws

_SIZE = (720, 480)
_INK = (38, 42, 46)
_PAPER = (250, 249, 245)
_STREET = (214, 210, 200)
_WATER = (168, 200, 212)
_GREEN = (176, 200, 160)
_BLUE = (44, 110, 130)
_RED = (184, 58, 46)


def draw_content(media_type: str, recipe: tuple[str, ...]) -> bytes:
    """The bytes of a file. `recipe`: what to draw, seed, heading, then label, value before, value after,
    years.

    Raises ValueError for a media type that cannot be drawn.
    """
    what, seed, heading, label, before, after, first_year, last_year = recipe
    if media_type == "application/pdf":
        return _fact_sheet(heading, label, (int(before), int(after)), (first_year, last_year))
    if what == "plan":
        picture = _plan(draws(seed), heading)
    else:
        picture = _chart(draws(seed), heading, label, (int(before), int(after)), (int(first_year), int(last_year)))
    out = BytesIO()
    if media_type == "image/png":
        picture.quantize(32, Image.Quantize.FASTOCTREE).save(out, "PNG", compress_level=6)
    elif media_type == "image/jpeg":
        picture.save(out, "JPEG", quality=82)
    else:
        raise ValueError(f"cannot draw {media_type}")
    return out.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _plan(random: Random, heading: str) -> Image.Image:
    """A quarter seen from above: streets, a river, green spaces, and the places of the initiative as dots."""
    picture = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(picture)
    width, height = _SIZE
    bank = random.randint(90, 200)
    bends = [(x, bank + random.randint(-34, 34)) for x in range(-20, width + 60, 60)]
    draw.line(bends, fill=_WATER, width=random.randint(22, 44), joint="curve")
    crossings: list[tuple[int, int]] = []
    columns = [random.randint(-8, 8) + x for x in range(60, width, random.randint(70, 110))]
    rows = [random.randint(-8, 8) + y for y in range(bank + 70, height - 20, random.randint(48, 74))]
    for x in columns:
        draw.line([(x, 60), (x + random.randint(-20, 20), height)], fill=_STREET, width=random.choice((3, 5, 8)))
    for y in rows:
        draw.line([(0, y), (width, y + random.randint(-14, 14))], fill=_STREET, width=random.choice((3, 5, 8)))
        crossings += [(x, y) for x in columns]
    for _ in range(random.randint(2, 5)):
        x, y = random.choice(crossings or [(width // 2, height // 2)])
        draw.rectangle([x + 10, y + 8, x + random.randint(34, 60), y + random.randint(24, 44)], fill=_GREEN)
    for x, y in random.sample(crossings, k=min(len(crossings), random.randint(6, 14))):
        draw.ellipse([x - 7, y - 7, x + 7, y + 7], fill=_RED, outline=_PAPER, width=2)
    _heading(draw, heading)
    draw.line([(width - 140, height - 24), (width - 40, height - 24)], fill=_INK, width=3)
    draw.text((width - 118, height - 46), "500 m", fill=_INK, font=_font(16))
    return picture


def _chart(random: Random, heading: str, label: str, values: tuple[int, int], span: tuple[int, int]) -> Image.Image:
    """The measure year by year from the value before to the value after, as bars with the first and last
    written.
    """
    picture = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(picture)
    width, height = _SIZE
    before, after = values
    years = list(range(span[0], span[1] + 1))
    top = max(before, after)
    for step in range(5):
        y = height - 70 - step * 75
        draw.line([(60, y), (width - 40, y)], fill=_STREET, width=1)
    room = (width - 120) / len(years)
    for place, year in enumerate(years):
        share = place / max(1, len(years) - 1)
        value = before + (after - before) * share
        if 0 < place < len(years) - 1:
            value += (after - before) * random.uniform(-0.12, 0.12)
        left = 70 + place * room
        head = height - 70 - 300 * max(0.0, value) / top
        colour = _RED if place == len(years) - 1 else _BLUE
        draw.rectangle([left, head, left + room * 0.62, height - 70], fill=colour)
        draw.text((left + room * 0.05, height - 62), str(year), fill=_INK, font=_font(15))
        if place in (0, len(years) - 1):
            draw.text((left, head - 24), f"{round(value):,}", fill=_INK, font=_font(18))
    _heading(draw, heading)
    draw.text((24, height - 30), label, fill=_INK, font=_font(16))
    return picture


def _heading(draw: ImageDraw.ImageDraw, heading: str) -> None:
    draw.rectangle([0, 0, _SIZE[0], 44], fill=_PAPER)
    draw.text((24, 12), heading, fill=_INK, font=_font(20))


def _fact_sheet(heading: str, label: str, values: tuple[int, int], years: tuple[str, str]) -> bytes:
    """One page in A4: heading, the measure before and after as a table and as two bars."""
    top = max(values)
    shown = (("Before", years[0], values[0], 300), ("After", years[1], values[1], 250))
    page = [f"BT /F1 18 Tf 60 770 Td ({_pdf_text(heading)}) Tj ET"]
    page.append("BT /F1 11 Tf 60 742 Td (Fact sheet of an invented initiative) Tj ET")
    page.append(f"BT /F1 12 Tf 60 700 Td ({_pdf_text(f'Measure: {label}')}) Tj ET")
    for place, (name, year, value, y) in enumerate(shown):
        page.append(f"BT /F1 12 Tf 60 {670 - 20 * place} Td ({_pdf_text(f'{name} ({year}): {value:,}')}) Tj ET")
        page.append(f"0.17 0.43 0.51 rg 60 {y} {max(2, 420 * value // top)} 32 re f 0 g")
        page.append(f"BT /F1 11 Tf 60 {y + 38} Td ({_pdf_text(f'{name} ({year})')}) Tj ET")
    return _pdf("\n".join(page).encode("ascii"))


def _pdf_text(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _pdf(page: bytes) -> bytes:
    """A document of one page in the plainest form that PDF 1.4 (ISO 32000, section 7.5) allows."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()
