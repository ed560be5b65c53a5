"""Pictures of a file: the first pages of a PDF, a picture made smaller and without its metadata.

This file runs alone, like looking.py. It writes "<page>-small.webp" and "<page>-large.webp" into a folder and says a line
of JSON after each page, so that what is done before a limit is reached can be used.
"""

from __future__ import annotations

import io
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageCms, ImageOps

Asked = dict[str, Any]


def _say(**facts: int) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def _within(size: tuple[int, int], longest: int) -> tuple[int, int]:
    share = min(1.0, longest / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _save(image: Image.Image, page: int, asked: Asked) -> None:
    """Both sizes, on white, as new pictures: nothing of the original but its colours comes along."""
    large = Image.new("RGB", _within(image.size, asked["large"]), "white")
    scaled = image if image.size == large.size else image.resize(large.size, Image.Resampling.LANCZOS)
    large.paste(scaled, mask=scaled.getchannel("A") if scaled.mode == "RGBA" else None)
    small = large.resize(_within(large.size, asked["small"]), Image.Resampling.LANCZOS)
    for name, picture in (("small", small), ("large", large)):
        picture.save(Path(asked["folder"]) / f"{page}-{name}.webp", "WEBP", quality=80, method=4)
    _say(page=page, width=large.width, height=large.height)


def _in_plain_colours(image: Image.Image) -> Image.Image:
    """RGB or RGBA in the colours every screen knows."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    alpha = image.convert("RGBA").getchannel("A") if "A" in image.getbands() or "transparency" in image.info else None
    plain = image if image.mode in ("RGB", "CMYK", "L") else image.convert("RGB")
    plain = _by_profile(plain, image.info.get("icc_profile")).convert("RGB")
    if alpha is not None:
        plain.putalpha(alpha)
    return plain


def _by_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB by its colour profile; the colours as they are without one, or with a broken one."""
    if not profile or image.mode not in ("RGB", "CMYK"):
        return image
    try:
        own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, own, srgb, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def draw_picture(asked: Asked) -> None:
    """A picture turned upright."""
    with Image.open(asked["path"], formats=("JPEG", "PNG", "WEBP")) as image:
        image.draft("RGB", (2 * asked["large"], 2 * asked["large"]))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((2 * asked["large"], 2 * asked["large"]))
        _save(_in_plain_colours(upright), 1, asked)


def draw_pages(asked: Asked) -> None:
    """The first pages of a PDF."""
    document = pypdfium2.PdfDocument(asked["path"])
    document.init_forms()  # what was typed into the fields of a form is drawn too
    _say(page_count=len(document))
    for number in range(min(len(document), asked["pages"])):
        page = document[number]
        width, height = page.get_size()
        bitmap = page.render(scale=asked["large"] / max(width, height, 1.0), rev_byteorder=True)
        _save(bitmap.to_pil().convert("RGB"), number + 1, asked)
        bitmap.close()
        page.close()


if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())  # comes when the limits of this process are set
    signal.alarm(asked["seconds"])  # also when nobody is left to end it
    Image.MAX_IMAGE_PIXELS = None  # the number of pixels was looked at when the file was taken
    draw_pages(asked) if asked["kind"] == "pdf" else draw_picture(asked)
