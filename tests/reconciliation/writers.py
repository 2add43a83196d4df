"""Statements as the banks write them, from movements. Only for tests: what is read must come from
somewhere that is not the reader."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from openpyxl import Workbook

from reconciliation.movement import Movement

ACCOUNT = "0100000017"


def money(amount: Decimal | None, empty: str = "") -> str:
    return empty if amount is None else f"{amount:,.2f}"


def out_and_in(movement: Movement, empty: str = "") -> tuple[str, str]:
    if movement.amount < 0:
        return money(-movement.amount), empty
    return empty, money(movement.amount)


def bbva_tab(movements: Sequence[Movement], encoding: str = "cp1252") -> bytes:
    rows = [["Día", "Concepto / Referencia", "cargo", "Abono", "Saldo"]]
    for m in movements:
        rows.append([f"{m.date:%d-%m-%Y}", m.description, *out_and_in(m), money(m.balance)])
    return "\r\n".join("\t".join(row) for row in rows).encode(encoding)


SHEET_HEADER = [
    "Fecha Operación",
    "Concepto",
    "Referencia",
    "Referencia Ampliada",
    "Cargo",
    "Abono",
    "Saldo",
]


def _in_three(description: str) -> list[str]:
    """Concept, folio and the rest, as the sheet of BBVA parts them."""
    concept, slash, rest = description.partition("/")
    folio, _blank, more = rest.partition(" ")
    if not slash or "/" in rest or not folio.isdigit() or not more.strip():
        return [description, "", ""]
    return [concept, folio, more]


def bbva_csv(movements: Sequence[Movement]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Cuenta", ACCOUNT])
    writer.writerow([])
    writer.writerow(SHEET_HEADER)
    for m in movements:
        day = f"{m.date:%d/%m/%Y}"
        writer.writerow([day, *_in_three(m.description), *out_and_in(m), money(m.balance)])
    return out.getvalue().encode("utf-8-sig")


def bbva_xlsx(movements: Sequence[Movement]) -> bytes:
    """Dates as Excel serials without a format, amounts as numbers."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Cuenta", ACCOUNT])
    sheet.append(SHEET_HEADER)
    for m in movements:
        serial = (m.date - date(1899, 12, 30)).days
        amounts = [None, float(m.amount)] if m.amount > 0 else [float(-m.amount), None]
        balance = None if m.balance is None else float(m.balance)
        sheet.append([serial, *_in_three(m.description), *amounts, balance])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bbva_xml(movements: Sequence[Movement]) -> bytes:
    """SpreadsheetML 2003; empty cells are left out and the next one says its place."""

    def row(values: Sequence[object]) -> str:
        cells = ""
        skipped = False
        for place, value in enumerate(values, start=1):
            if value in ("", None):
                skipped = True
                continue
            kind = "Number" if isinstance(value, Decimal) else "String"
            index = f' ss:Index="{place}"' if skipped else ""
            skipped = False
            data = f'<Data ss:Type="{kind}">{escape(str(value))}</Data>'
            cells += f"<Cell{index}>{data}</Cell>"
        return f"<Row>{cells}</Row>"

    rows = [row(["Cuenta", ACCOUNT]), row(SHEET_HEADER)]
    for m in movements:
        amounts = ["", m.amount] if m.amount > 0 else [-m.amount, ""]
        rows.append(row([f"{m.date:%d/%m/%Y}", *_in_three(m.description), *amounts, m.balance]))
    namespace = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Workbook xmlns="{namespace}" xmlns:ss="{namespace}">'
        f'<Worksheet ss:Name="Movimientos"><Table>{"".join(rows)}</Table></Worksheet></Workbook>'
    ).encode()


def norma43(movements: Sequence[Movement]) -> bytes:
    """Concepts in two fields of 38 a record, up to five records; references of 12 and 16."""

    def cents(amount: Decimal) -> str:
        return f"{abs(amount) * 100:014.0f}"

    def sign(amount: Decimal) -> str:
        return "1" if amount < 0 else "2"

    opening = Decimal("1000.00")
    office = f"00120001{ACCOUNT}"
    first, last = (movements[0].date, movements[-1].date) if movements else (None, None)
    days = f"{first:%y%m%d}{last:%y%m%d}" if first else "260101260101"
    records = [f"11{office}{days}2{cents(opening)}4843{'EMPRESA DE PRUEBA':26}   "]
    for m in movements:
        day = f"{m.date:%y%m%d}"
        records.append(
            f"22    0001{day}{day}02003{sign(m.amount)}{cents(m.amount)}{0:022}{m.reference:>16}"
        )
        for number, start in enumerate(range(0, len(m.description), 76), start=1):
            records.append(f"23{number:02}{m.description[start : start + 76]:76}")
    out = [m.amount for m in movements if m.amount < 0]
    into = [m.amount for m in movements if m.amount > 0]
    end = opening + sum(out) + sum(into)
    records.append(
        f"33{office}{len(out):05}{cents(sum(out, Decimal(0)))}{len(into):05}"
        f"{cents(sum(into, Decimal(0)))}{sign(end)}{cents(end)}484    "
    )
    records.append(f"88{'9' * 18}{len(records):06}".ljust(80))
    return "\r\n".join(records).encode("cp1252")


def banorte(movements: Sequence[Movement]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(
        [
            "CUENTA",
            "FECHA DE OPERACIÓN",
            "FECHA",
            "REFERENCIA",
            "DESCRIPCIÓN",
            "COD. TRANSAC",
            "SUCURSAL",
            "DEPÓSITOS",
            "RETIROS",
            "SALDO",
            "MOVIMIENTO",
            "DESCRIPCIÓN DETALLADA",
            "CHEQUE",
        ]
    )
    for m in movements:
        spent, received = out_and_in(m, "-")
        spent, received = (f"${x}" if x != "-" else x for x in (spent, received))
        day = f"{m.date:%d/%m/%Y}"
        writer.writerow(
            [
                ACCOUNT,
                day,
                day,
                m.reference or "-",
                m.description,
                "020",
                "0001",
                received,
                spent,
                f"${m.balance:,.2f}" if m.balance is not None else "-",
                m.folio,
                "-",
                "-",
            ]
        )
    return out.getvalue().encode("utf-8-sig")


SANTANDER_HEADER = (
    "Cuenta,Fecha,Hora,Sucursal,Descripcion,Cargo/Abono,Importe,Saldo,Referencia,Concepto,"
    "Banco Participante,Clabe Beneficiario,Nombre Beneficiario,Cta Ordenante,Nombre Ordenante,"
    "Codigo Devolucion,Causa Devolucion,RFC Beneficiario,RFC Ordenante,Clave de Rastreo"
)


def santander(movements: Sequence[Movement]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(SANTANDER_HEADER.split(","))
    for m in movements:
        sign = "-" if m.amount < 0 else "+"
        writer.writerow(
            [
                f"'{ACCOUNT}'",
                f"'{m.date:%d%m%Y}'",
                "10:30",
                "0001",
                m.description,
                sign,
                money(abs(m.amount)),
                money(m.balance),
                f"'{m.reference}'",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                m.tracking_key,
            ]
        )
    return out.getvalue().encode("cp1252")


def banamex(movements: Sequence[Movement]) -> bytes:
    rows = [["Fecha", "Referencia Alfanumérica y Concepto", "Cargo", "Abono"]]
    for m in movements:
        rows.append([f"{m.date:%d/%m/%y}", m.description, *out_and_in(m)])
    return "\n".join("|".join(row) for row in rows).encode("utf-16")


def mt940(movements: Sequence[Movement]) -> bytes:
    lines = [":20:PRUEBA", f":25:{ACCOUNT}", ":28C:1/1", ":60F:C260101MXN1000,00"]
    for m in movements:
        mark = "D" if m.amount < 0 else "C"
        amount = f"{abs(m.amount):.2f}".replace(".", ",")
        day = f"{m.date:%y%m%d}{m.date:%m%d}"
        lines.append(f":61:{day}{mark}{amount}NTRF{m.reference or 'NONREF'}")
        lines.append(f":86:{m.description}")
    end = Decimal("1000.00") + sum(m.amount for m in movements)
    lines.append(f":62F:{'D' if end < 0 else 'C'}260131MXN{abs(end):.2f}".replace(".", ","))
    return "\r\n".join(lines).encode()


def camt053(movements: Sequence[Movement]) -> bytes:
    entries = ""
    for m in movements:
        reference = f"<Strd><CdtrRefInf><Ref>{m.reference}</Ref></CdtrRefInf></Strd>"
        details = f"<RmtInf><Ustrd>{escape(m.description)}</Ustrd>{reference}</RmtInf>"
        key = f"<Refs><TxId>{m.tracking_key}</TxId></Refs>"
        entries += (
            f'<Ntry><Amt Ccy="{m.currency}">{abs(m.amount):.2f}</Amt>'
            f"<CdtDbtInd>{'DBIT' if m.amount < 0 else 'CRDT'}</CdtDbtInd><Sts>BOOK</Sts>"
            f"<BookgDt><Dt>{m.date}</Dt></BookgDt>"
            f"<NtryDtls><TxDtls>{key}{details}</TxDtls></NtryDtls></Ntry>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
        f"<Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id></Acct>{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


GENERIC_HEADER = ["Fecha valor", "Detalle", "Su referencia", "Importe", "Disponible"]


def generic(movements: Sequence[Movement]) -> bytes:
    """European amounts, semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(GENERIC_HEADER)
    swap = str.maketrans(",.", ".,")
    for m in movements:
        writer.writerow(
            [
                m.date.isoformat(),
                m.description,
                m.reference,
                money(m.amount).translate(swap),
                money(m.balance).translate(swap),
            ]
        )
    return out.getvalue().encode()
