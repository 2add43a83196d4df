"""Rows of a sheet: xlsx, xls, ods, and the XML that Excel 2003 wrote. Bounded in size and time."""

import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from facturamos.tables import UnreadableFileError
from facturamos.tables.values import Cell

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_LINES: Final = 200_000
# A sheet of 200,000 movements in seven columns inflates to 70 MB; writers differ, bombs more so.
MAX_INFLATED: Final = 200 * 1024 * 1024
MAX_MEMBERS: Final = 1000
MAX_COLUMNS: Final = 100
_SECONDS: Final = 60
_LONGEST_NUMBER: Final = 40
_CHILD: Final = Path(__file__).with_name("sheet_child.py")
_SS: Final = "{urn:schemas-microsoft-com:office:spreadsheet}"

_ZIPPED: Final = (
    "El archivo está comprimido y no es una hoja de cálculo. Descomprímalo y súbalo de nuevo."
)
_BROKEN: Final = (
    "La hoja de cálculo está dañada o incompleta. Descárguela o guárdela de nuevo; "
    "si se repite, ábrala en Excel y guárdela como CSV."
)
_PROTECTED: Final = (
    "La hoja de cálculo tiene contraseña. Ábrala, guárdela sin contraseña y súbala de nuevo."
)
_TOO_BIG: Final = (
    "La hoja de cálculo es demasiado grande. Divídala, o descárguela por periodos más cortos."
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read of a file: its bytes as it came, what a sheet inflates to, its lines."""

    content: int = MAX_BYTES
    inflated: int = MAX_INFLATED
    lines: int = MAX_LINES


DEFAULT: Final = Limits()


def read_workbook(content: bytes, limits: Limits = DEFAULT) -> list[tuple[int, list[Cell]]]:
    """The rows of the first sheet with something in it, numbered as in Excel.

    Raises UnreadableFileError for a damaged, protected or oversized one.
    """
    if content.startswith(ZIP):
        _check_zip(content, limits.inflated)
    try:
        # Our own program, on the interpreter that runs us; the content goes in through a pipe.
        child = subprocess.run(  # noqa: S603
            [sys.executable, "-I", str(_CHILD), str(limits.lines)],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableFileError(_TOO_BIG) from None
    if child.returncode:
        reasons = {3: _PROTECTED, 5: _TOO_BIG}
        raise UnreadableFileError(reasons.get(child.returncode, _BROKEN))
    batches = map(json.loads, child.stdout.splitlines())
    return [(number, cells) for batch in batches for number, cells in batch]


def _check_zip(content: bytes, most: int) -> None:
    """Refuse bombs by what they really inflate to; the sizes they declare may lie."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > MAX_MEMBERS:
                raise UnreadableFileError(_TOO_BIG)
            if not names & {"xl/workbook.xml", "content.xml", "xl/workbook.bin"}:
                raise UnreadableFileError(_ZIPPED)
            if any(member.flag_bits & 1 for member in members):
                raise UnreadableFileError(_PROTECTED)
            left = most
            for member in members:
                left -= _inflated(archive, member, left)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(_BROKEN) from None


def _inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    """How many bytes a member inflates to, stopping past `left`."""
    member.file_size = left + 1  # read as far as it goes, not as far as it says
    member.CRC = None  # type: ignore[assignment]  # its sum is calamine's to check
    size = 0
    with archive.open(member) as inflating:
        while block := inflating.read(1 << 20):
            size += len(block)
            if size > left:
                raise UnreadableFileError(_TOO_BIG)
    return size


def read_spreadsheet_xml(content: bytes, limits: Limits = DEFAULT) -> list[tuple[int, list[Cell]]]:
    """The rows of the first sheet of a SpreadsheetML 2003 file. Entities are refused.

    Raises UnreadableFileError for a damaged or oversized one.
    """
    rows: list[tuple[int, list[Cell]]] = []
    number = 0
    try:
        for _, element in iterparse(io.BytesIO(content), forbid_dtd=True):
            if element.tag == f"{_SS}Row":
                number = int(element.get(f"{_SS}Index") or number + 1)
                rows.append((number, _xml_cells(element)))
                element.clear()
                if len(rows) > limits.lines:
                    raise UnreadableFileError(_TOO_BIG)
            elif element.tag == f"{_SS}Worksheet" and rows:
                break
    except (ET.ParseError, DefusedXmlException, LookupError) as error:
        raise UnreadableFileError(_BROKEN) from error
    except ValueError as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError(_BROKEN) from error
    return rows


def _xml_cells(row: ET.Element) -> list[Cell]:
    cells: list[Cell] = []
    for cell in row.iter(f"{_SS}Cell"):
        place = int(cell.get(f"{_SS}Index") or len(cells) + 1)
        if place > MAX_COLUMNS:
            raise UnreadableFileError(_BROKEN)
        cells.extend([""] * (place - 1 - len(cells)))
        data = cell.find(f"{_SS}Data")
        text = "" if data is None else "".join(data.itertext())
        is_number = data is not None and data.get(f"{_SS}Type") == "Number"
        cells.append(_number(text) if is_number else text)
    return cells


def _number(text: str) -> Cell:
    """Decimal, not float: a reference of twenty digits must not lose its end.

    What nobody writes stays text: 1E999999999 is short, and takes a gigabyte to write out.
    """
    try:
        number = Decimal(text) if len(text) <= _LONGEST_NUMBER else Decimal("NaN")
    except InvalidOperation:
        return text
    return number if number.is_finite() and abs(number.adjusted()) < _LONGEST_NUMBER else text
