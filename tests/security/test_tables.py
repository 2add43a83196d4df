"""Tables that are loaded: hostile files are one sentence, and no column makes staff (U9, Z4)."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.loading import LIMITS
from accounts.models import Customer, TableImport, User
from tests import factories
from tests.tables import as_csv, as_xlsx, loaded, problems

pytestmark = pytest.mark.django_db

UPLOAD = "/admin/accounts/tableimport/cargar/"
HEADER = ["RFC", "Nombre o razón social"]


def zipped(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


HOSTILE = {
    "bomb": (
        lambda: zipped([("xl/workbook.xml", b""), ("xl/a.xml", b"\0" * (LIMITS.inflated + 1))]),
        "demasiado grande",
    ),
    "members": (
        lambda: zipped([("xl/workbook.xml", b""), *((f"{n}", b"") for n in range(1000))]),
        "demasiado grande",
    ),
    "lines": (lambda: as_csv(HEADER, *[["", ""]] * (LIMITS.lines + 1)), "50,000 líneas"),
    "bytes": (lambda: b"x" * (LIMITS.content + 1), "10 MB"),
    "line": (lambda: as_csv(HEADER, ["x" * 20_000, ""]), "línea demasiado larga"),
    "entities": (
        lambda: (
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
            b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">&b;</Workbook>'
        ),
        "dañada",
    ),
    "zip of something else": (lambda: zipped([("a.txt", b"x")]), "no es una hoja"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_U9_a_hostile_table_is_refused_with_a_sentence(name, signed_in):
    make, sentence = HOSTILE[name]
    client = signed_in(factories.make_user(is_staff=True, is_superuser=True))
    file = SimpleUploadedFile("tabla.xlsx", make())
    page = client.post(UPLOAD, {"kind": "customers", "file": file})
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert not TableImport.objects.exists()


def test_U9_cells_are_bounded_formulas_not_run_and_encodings_known(cxc):
    long = as_xlsx(HEADER, ["FDE150803AB1", "x" * 30_000])
    assert problems("customers", long, cxc) == [
        (2, "«Nombre o razón social»: pasa de 254 caracteres (tiene 30,000).")
    ]
    for number, encoding in enumerate(("utf-8-sig", "cp1252", "utf-16")):
        row = [f"EMP{number:06}AA1", "=HYPERLINK(Ñandú)"]
        loaded("customers", as_csv(HEADER, row, encoding=encoding), cxc)
    assert set(Customer.objects.values_list("legal_name", flat=True)) == {"=HYPERLINK(Ñandú)"}


def test_Z4_a_table_makes_no_staff_and_touches_none(cxc):
    customer = factories.make_customer(rfc="FDE150803AB1")
    header = ["Usuario", "Correo", "RFC", "is_staff", "is_superuser", "grupos", "contraseña"]
    powers = ["1", "1", "CxC", "clave"]
    loaded("users", as_csv(header, ["ana", "ana@example.com", customer.rfc, *powers]), cxc)
    ana = User.objects.get(username="ana")
    assert (ana.is_staff, ana.is_superuser, ana.groups.count()) == (False, False, 0)
    assert not ana.has_usable_password()
    content = as_csv(header, [cxc.username, "ladron@example.com", customer.rfc, *powers])
    ((_, text),) = problems("users", content, cxc)
    assert "es del personal" in text
