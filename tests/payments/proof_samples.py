"""Proofs as customers send them, and files that somebody sends to do harm. All invented."""

import io
import random
import re
import struct
import zipfile
import zlib
from functools import cache

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

GPS_IFD, ORIENTATION = 0x8825, 0x0112


def image(format_: str = "JPEG", size=(40, 30), mode="RGB", **options) -> bytes:
    """A small picture: a red spot at the left of a white ground."""
    picture = Image.new(mode, size, "white" if mode in ("RGB", "L") else 255)
    if mode == "RGB":
        picture.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    return encoded(picture, format_, **options)


def encoded(picture: Image.Image, format_: str, **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, format_, **options)
    return out.getvalue()


def another_image(number: int) -> bytes:
    """A picture that differs from one number to the next."""
    return encoded(Image.new("RGB", (8, 8), (number % 256, number // 256, 7)), "PNG")


def photograph_with_a_place() -> bytes:
    """A telephone's: on its side, with where it was taken and a comment."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "TELEFONO-SECRETO"
    exif.get_ifd(GPS_IFD)[1] = "N"
    exif.get_ifd(GPS_IFD)[2] = (31.0, 44.0, 22.0)
    return image(exif=exif, comment=b"COMENTARIO-SECRETO")


def noise(size) -> bytes:
    """A PNG that cannot be made smaller: about three bytes a point."""
    data = random.Random(1).randbytes(size[0] * size[1] * 3)
    return encoded(Image.frombytes("RGB", size, data), "PNG", compress_level=0)


def pdf(**root) -> bytes:
    """A page, with whatever is added to the document's root."""
    document = pikepdf.new()
    document.add_blank_page()
    for name, value in root.items():
        document.Root[f"/{name}"] = value
    return saved(document)


def saved(document: pikepdf.Pdf, **options) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def packed(content: bytes) -> bytes:
    """The same PDF with its objects inside compressed streams."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return saved(document, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def action(kind: str, **more) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), **more)


def pdf_with_annotation(annotation: pikepdf.Dictionary) -> bytes:
    document = pikepdf.new()
    page = document.add_blank_page()
    page.obj.Annots = pikepdf.Array([annotation])
    return saved(document)


def pdf_with_attachment() -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    document.attachments["nota.txt"] = b"hola"
    return saved(document)


def pdf_with_field_script() -> bytes:
    """A script of a form's field, as real forms hide them."""
    field = pikepdf.Dictionary(
        FT=pikepdf.Name.Tx, T="total", AA=pikepdf.Dictionary(K=action("JavaScript", JS="1"))
    )
    return pdf(AcroForm=pikepdf.Dictionary(Fields=pikepdf.Array([field])))


def pdf_with_escaped_names() -> bytes:
    """`#4a` is how a name may write J."""
    written = b"/#4aavaScrip#74"
    stand_in = b"Z" * (len(written) - 1)
    content = pdf(OpenAction=action(stand_in.decode()))
    return content.replace(b"/" + stand_in, written)


def signed_pdf() -> bytes:
    """As banks sign: a form with a signature field, and nothing that acts."""
    signature = pikepdf.Dictionary(
        Type=pikepdf.Name.Sig,
        Filter=pikepdf.Name("/Adobe.PPKLite"),
        SubFilter=pikepdf.Name("/adbe.pkcs7.detached"),
        ByteRange=pikepdf.Array([0, 10, 20, 30]),
        Contents=b"\x00" * 32,
    )
    field = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="firma", V=signature)
    return pdf(AcroForm=pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=3))


def locked_pdf(user: str = "", owner: str = "dueño") -> bytes:
    with pikepdf.open(io.BytesIO(pdf())) as document:
        return saved(document, encryption=pikepdf.Encryption(user=user, owner=owner))


def pdf_bomb(unpacked: int = 1_500_000_000) -> bytes:
    """The page lies in an object stream that grows to `unpacked` bytes."""
    packer = zlib.compressobj(9)
    body = packer.compress(b"4 0 <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    blanks = b" " * 10_000_000
    body += b"".join(packer.compress(blanks) for _ in range(unpacked // len(blanks)))
    body += packer.flush()
    parts = [b"%PDF-1.5\n"]
    offsets = []

    def add(number: int, content: bytes) -> None:
        offsets.append(sum(map(len, parts)))
        parts.append(b"%d 0 obj%s\nendobj\n" % (number, content))

    add(1, b"<</Type/Catalog/Pages 2 0 R>>")
    add(2, b"<</Type/Pages/Kids[4 0 R]/Count 1>>")
    add(
        3,
        b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
        % (len(body), body),
    )
    start = sum(map(len, parts))
    rows = [(0, 0, 0), *((1, offset, 0) for offset in offsets), (2, 3, 0), (1, start, 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    add(
        5,
        b"<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Length %d>>stream\n%s\nendstream"
        % (len(table), table),
    )
    return b"".join([*parts, b"startxref\n%d\n%%%%EOF" % start])


def cep(
    day="2026-11-22",
    amount="000000000001305.00",
    account="012164001016446374",
    key="BNET01002611220001",
    concept="1234567 FACTURAMOS",
) -> bytes:
    """A CEP as public programs describe it; company and certificate are invented."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><SPEI_Tercero FechaOperacion="{day}" '
        f'Hora="12:41:47" ClaveSPEI="40000" sello="AAAA" numeroCertificado="00001000000000000001" '
        f'cadenaCDA="||1|" claveRastreo="{key}"><Beneficiario BancoReceptor="BBVA" '
        f'Nombre="Sistemas Perseo" TipoCuenta="40" Cuenta="{account}" RFC="ND" '
        f'Concepto="{concept}" IVA="000000000000000.00" MontoPago="{amount}"/><Ordenante '
        f'BancoEmisor="BANCO INVENTADO" Nombre="Empresa 1" TipoCuenta="40" '
        f'Cuenta="000000000000000000" RFC="EMP000001AA1"/></SPEI_Tercero>'
    ).encode()


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ja"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><l>&d;</l>'
)
OUTSIDE_ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>'
)
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 40
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 40


@cache
def pixel_bomb() -> bytes:
    """A true PNG of 30,000 × 30,000 black points, in about half a megabyte."""
    packer = zlib.compressobj(1)
    rows = bytes((1 + 30_000 // 8) * 100)  # a row is its filter and a bit for each point
    points = b"".join(packer.compress(rows) for _ in range(300)) + packer.flush()
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", points), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * 20_000_000)
    return out.getvalue()


def sent(name: str, content: bytes, type_: str = "image/jpeg") -> SimpleUploadedFile:
    """As a browser sends it; what type it says it is counts for nothing."""
    return SimpleUploadedFile(name, content, type_)


# --- Through the pages ------------------------------------------------------------------


def address(constancia) -> str:
    return f"/constancias/{constancia.reference}/comprobante/"


def text_of(page) -> str:
    """What is on the page, without its tags and spacing."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def read(answer) -> bytes:
    """What was served; reading it to its end is what closes the file."""
    return b"".join(answer.streaming_content)
