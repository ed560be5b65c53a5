"""What is taken and what is refused, by content, in a process that can do no harm; and what is drawn of it."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from awardapp import filekinds
from awardapp.domain.cycles import Rules
from awardapp.domain.errors import RuleViolation
from awardapp.domain.files import FILE_KINDS, check_file, clean_filename
from awardapp.filekinds import cage, looking
from tests.support import corpus
from tests.support.corpus import Sent


def judged(numbered: tuple[int, Sent], folder: Path) -> str:
    """The reason of the refusal, or "" for a file that is taken: what the city's desk does with it."""
    number, sent = numbered
    path = folder / f"sent-{number}"
    path.write_bytes(sent.data)
    try:
        check_file(size=len(sent.data), count=0, total=0, rules=Rules())
        # A process for each would take a minute; the bombs always get one, the others now and then.
        caged = "bomb" in sent.what or number % 8 == 0
        (filekinds.media_type if caged else filekinds.media_type_of_own)(path, clean_filename(sent.name))
    except RuleViolation as error:
        return error.msgid % error.params if error.params else error.msgid
    return ""


def all_judged(files: list[Sent], folder: Path) -> list[tuple[Sent, str]]:
    """Each file with what became of it, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return list(zip(files, pool.map(lambda one: judged(one, folder), enumerate(files)), strict=True))


def test_good_files_of_every_kind_are_taken_under_names_in_every_script(tmp_path: Path) -> None:
    refused = [f"{sent.what} ({sent.name}): {why}" for sent, why in all_judged(list(corpus.good()), tmp_path) if why]
    assert refused == []


def test_every_hostile_or_broken_file_is_refused_with_its_reason(tmp_path: Path) -> None:
    sent = list(corpus.bad())
    assert len(sent) >= 60
    found = all_judged(sent, tmp_path)
    assert [f"{one.what}: {why!r}" for one, why in found if not why or (one.why or "") not in why] == []


@pytest.mark.parametrize(("name", "kept"), corpus.ODD_NAMES)
def test_odd_names_are_cleaned_or_refused(name: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(RuleViolation):
            clean_filename(name)
    else:
        assert clean_filename(name) == kept


def test_a_kind_the_cycle_does_not_accept_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(corpus.picture())
    with pytest.raises(RuleViolation) as refused:
        filekinds.media_type(path, "a.jpg", kinds=("pdf", "png"))
    assert refused.value.params == {"kind": "JPEG", "kinds": "PDF, PNG"}


def test_every_kind_has_a_good_file_in_the_corpus(tmp_path: Path) -> None:
    path, found = tmp_path / "sent", set()
    for sent in corpus.good():
        path.write_bytes(sent.data)
        found.add(looking.look(str(path)).get("kind"))
    assert found == set(FILE_KINDS)


def test_a_parser_that_takes_too_much_is_stopped_and_the_file_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(corpus._pdf_bomb())
    outcome = cage.run("looking.py", {"path": str(path)}, limits=cage.Limits(seconds=20, memory=120_000_000))
    assert not outcome.is_complete or "fault" in outcome.said[0]


def drawn(data: bytes, kind: str, folder: Path) -> tuple[filekinds.Drawn, list[Image.Image]]:
    original = folder / "original"
    original.write_bytes(data)
    found = filekinds.draw(original, kind, folder)
    return found, [Image.open(folder / f"{page}-large.webp") for page in range(1, len(found.pages) + 1)]


def test_a_photograph_is_shown_upright_and_tells_nothing_of_camera_and_place(tmp_path: Path) -> None:
    data = corpus.photograph_with_place()
    assert b"SECRET" in data
    found, (picture,) = drawn(data, "jpeg", tmp_path)
    assert (found.pages, found.page_count) == ([{"width": 40, "height": 80}], None)
    assert (picture.size, picture.format, dict(picture.getexif()), picture.info.get("icc_profile")) == (
        (40, 80), "WEBP", {}, None,
    )  # fmt: skip
    for path in tmp_path.glob("*.webp"):
        assert b"SECRET" not in path.read_bytes()
        assert b"EXIF" not in path.read_bytes()


def test_a_large_picture_is_shown_small_and_a_small_one_as_it_is(tmp_path: Path) -> None:
    found, (picture,) = drawn(corpus.picture(size=(4000, 2000)), "jpeg", tmp_path)
    assert (found.pages, picture.size) == ([{"width": 1600, "height": 800}], (1600, 800))
    with Image.open(tmp_path / "1-small.webp") as small:
        assert small.size == (480, 240)
    found, (picture,) = drawn(corpus.picture(size=(30, 20)), "jpeg", tmp_path)
    assert picture.size == (30, 20)


def test_clear_parts_become_white_and_other_colours_are_brought_to_the_screen(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(buffer, "PNG")
    _, (picture,) = drawn(buffer.getvalue(), "png", tmp_path)
    assert picture.convert("RGB").getpixel((5, 5)) == (255, 255, 255)
    buffer = io.BytesIO()
    Image.new("CMYK", (40, 30), (0, 255, 255, 0)).save(buffer, "JPEG")
    _, (picture,) = drawn(buffer.getvalue(), "jpeg", tmp_path)
    red, green, blue = picture.convert("RGB").getpixel((5, 5))
    assert red > 200 and green < 60 and blue < 60
    buffer = io.BytesIO()
    Image.new("I;16", (40, 30), 65535).save(buffer, "PNG")
    _, (picture,) = drawn(buffer.getvalue(), "png", tmp_path)
    assert picture.convert("L").getpixel((5, 5)) > 245


def test_the_first_pages_of_a_pdf_are_drawn_and_all_are_counted(tmp_path: Path) -> None:
    found, pictures = drawn(corpus.pdf(9), "pdf", tmp_path)
    assert (len(found.pages), found.page_count) == (filekinds.PAGES_DRAWN, 9)
    assert found.pages[0] == {"width": 1200, "height": 1600}
    red, green, blue = pictures[0].convert("RGB").getpixel((300, 1300))
    assert red > 200 and green < 60 and blue < 60


def test_an_endless_page_is_drawn_small(tmp_path: Path) -> None:
    def wide(document: pikepdf.Pdf) -> None:
        document.pages[0].MediaBox = pikepdf.Array([0, 0, 14_000_000, 30])

    found, _ = drawn(corpus.pdf(1, change=wide), "pdf", tmp_path)
    assert all(max(page["width"], page["height"]) <= 1600 for page in found.pages)


def test_what_cannot_be_drawn_within_its_limits_stays_without_pictures(tmp_path: Path) -> None:
    found, _ = drawn(b"%PDF-1.7 nothing to draw", "pdf", tmp_path)
    assert (found.pages, found.page_count) == ([], None)


def test_the_cage_gives_nothing_of_ours_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that tells what it can see: neither the settings nor much memory."""
    monkeypatch.setenv("AWARD_SECRET_KEY", "a secret of forty characters, not for others")
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, os, resource, sys\nsys.stdin.readline()\n"
        "print(json.dumps({'seen': sorted(os.environ), 'memory': resource.getrlimit(resource.RLIMIT_AS)[0]}))\n"
        "print('half a li')\n"
    )
    outcome = cage.run(str(spy), {}, limits=cage.Limits(memory=400_000_000))
    assert outcome.is_complete
    assert outcome.said[0]["memory"] == 400_000_000
    assert not any(name.startswith("AWARD") for name in outcome.said[0]["seen"])
    slow = tmp_path / "slow.py"
    slow.write_text("import sys\nsys.stdin.readline()\nwhile True: pass\n")
    assert cage.run(str(slow), {}, limits=cage.Limits(seconds=1)) == cage.Outcome([], False)
