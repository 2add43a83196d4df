"""Names and files of any kind through the page: never a 500. And a disk that fills up."""

import resource
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.models import PaymentProof, ProofFile
from tests.payments import proof_samples as samples
from tests.payments.proof_samples import sent

pytestmark = pytest.mark.slow

SAMPLES = {
    ".jpg": samples.photograph_with_a_place(),
    ".png": samples.image("PNG"),
    ".pdf": samples.signed_pdf(),
    ".xml": samples.cep(),
}
in_one_database = settings(
    max_examples=25,
    deadline=None,
    # The database is the same for all examples; each takes back what it wrote.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def post(user, constancia, signed_in, settings):
    """Sends one file, and gives the answer."""
    settings.ACCOUNT_RATE_LIMITS = {"proof": "1000000/h/user"}
    client = signed_in(user)

    def send(name: str, content: bytes):
        data = {"file": [sent(name, content)], "paid_on": str(timezone.localdate())}
        return client.post(f"/constancias/{constancia.reference}/comprobante/", data)

    return send


@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
    suffix=st.sampled_from(sorted(SAMPLES)),
)
@in_one_database
def test_any_name_is_taken_or_refused(post, name, suffix):
    with transaction.atomic():
        answer = post(name + suffix, SAMPLES[suffix])
        assert answer.status_code in (200, 302)
        for file in ProofFile.objects.all():
            assert file.original_name.isprintable()
            assert 1 <= len(file.original_name) <= 255
        transaction.set_rollback(True)


@pytest.mark.postgresql  # the damage never reaches the database
@given(suffix=st.sampled_from(sorted(SAMPLES)), data=st.data())
@in_one_database
def test_any_damage_is_taken_or_refused(post, suffix, data):
    content = bytearray(SAMPLES[suffix])
    for _ in range(data.draw(st.integers(0, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(content)))
    with transaction.atomic():
        assert post("a" + suffix, bytes(content[:cut])).status_code in (200, 302)
        transaction.set_rollback(True)


@pytest.fixture
def two_megabytes(tmp_path, settings) -> Iterator[Path]:
    """A store with room for no more: a real small disk, or a limit the system keeps on files."""
    folder = tmp_path / "small"
    folder.mkdir()
    settings.MEDIA_ROOT = folder
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    with ExitStack() as stack:
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            stack.callback(subprocess.run, ["umount", str(folder)], check=True)
        else:
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, before[1]))
            stack.callback(resource.setrlimit, resource.RLIMIT_FSIZE, before)
        yield folder


def test_a_full_disk_is_told_and_nothing_is_left(post, two_megabytes):
    large = samples.noise((1000, 1000))  # about three megabytes, before and after
    answer = post("grande.png", large)
    assert answer.status_code == 507
    page = answer.content.decode()
    assert "se quedó sin espacio" in page
    assert "cxc@sistemasperseo.com" in page
    assert not PaymentProof.objects.exists()
    assert [path for path in two_megabytes.rglob("*") if path.is_file()] == []
    assert post("chica.png", samples.image("PNG")).status_code == 302
    assert ProofFile.objects.count() == 1
