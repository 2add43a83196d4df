"""Files that no row names, in every folder of payments."""

import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.utils import timezone

from payments import sweeping
from payments.documents import stored_pdf
from payments.sweeping import sweep_orphans
from tests import factories
from tests.payments import cfdis

pytestmark = pytest.mark.slow


def stored(settings) -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def age(path: Path, hours: float) -> None:
    moment = timezone.now().timestamp() - hours * 3600
    os.utime(path, (moment, moment))


@pytest.fixture
def kept(constancia, cxc, settings) -> list[Path]:
    """A file of each kind, with its row: a proof, a constancia, an invoice's two."""
    factories.send_proof(constancia)
    stored_pdf(constancia)
    request = factories.make_invoice_request(factories.pay(constancia, cxc))
    cfdis.issue(request, cxc)
    return stored(settings)


@pytest.fixture
def orphans(kept) -> list[Path]:
    """Beside each, what a process killed between file and row leaves."""
    left = [path.with_name(f"huerfano{path.suffix}") for path in kept]
    for path in left:
        path.write_bytes(b"x")
    return left


def test_old_files_without_a_row_go_and_the_others_stay(kept, orphans, settings):
    folders = {path.relative_to(settings.MEDIA_ROOT).parts[0] for path in orphans}
    assert folders == {"comprobantes", "constancias", "facturas"}
    for path in stored(settings):
        age(path, 25)
    assert sweep_orphans() == 4
    assert stored(settings) == kept


def test_it_asks_for_a_few_names_at_a_time(kept, orphans, settings, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 1)
    for path in stored(settings):
        age(path, 25)
    assert sweep_orphans() == 4
    assert stored(settings) == kept


def test_a_young_one_may_still_get_its_row(orphans):
    for path in orphans:
        age(path, 23)
    assert sweep_orphans() == 0
    assert all(path.exists() for path in orphans)


def test_one_that_is_removed_meanwhile_is_no_failure(orphans, monkeypatch):
    listed = sweeping._unnamed

    def remove_and_list(top, names):
        for path in orphans:
            path.unlink(missing_ok=True)
        yield from listed(top, names)

    monkeypatch.setattr(sweeping, "_unnamed", remove_and_list)
    assert sweep_orphans() == 0


def test_it_looks_once_an_hour(orphans):
    sweep_orphans()
    for path in orphans:
        age(path, 25)
    assert sweep_orphans() == 0
    cache.clear()
    assert sweep_orphans() == 4


def test_other_folders_are_not_its_business(db, settings):
    other = Path(settings.MEDIA_ROOT) / "estados-de-cuenta" / "a.csv"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"x")
    age(other, 1000)
    assert sweep_orphans() == 0
    assert other.exists()


def test_before_the_first_file_there_is_nothing_to_do(db):
    assert sweep_orphans() == 0


def test_the_worker_does_it(settings):
    assert "payments.sweeping.sweep_orphans" in settings.DUE_JOBS
