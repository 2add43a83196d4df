"""The addresses of the pages of statements, and the form that uploads one."""

from django.core.files.uploadedfile import SimpleUploadedFile

from reconciliation.models import Statement

LIST = "/admin/reconciliation/statement/"
UPLOAD = f"{LIST}cargar/"


def page_of(read: Statement, step: str = "change") -> str:
    return f"{LIST}{read.pk}/{step}/"


def upload(client, content: bytes, name: str = "movimientos.exp"):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)}, follow=True)
