import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.clabe import ClabeError, check_account, check_clabe, check_digit
from payments.models import BankAccount
from tests import factories

MANUAL = "012164001016446374"
beginnings = st.text("0123456789", min_size=17, max_size=17)


def test_the_clabe_of_the_manual_is_right():
    check_clabe(MANUAL)
    assert check_digit(MANUAL[:17]) == 4


@pytest.mark.parametrize(
    ("first_17", "digit"),
    [
        ("00000000000000000", 0),
        ("10000000000000000", 7),  # 1 × 3, and 7 more make 10
        ("01000000000000000", 3),  # 1 × 7
        ("00100000000000000", 9),  # 1 × 1
        ("00000000000000009", 7),  # 9 × 7 = 63, of which only the 3 counts
        ("99900000000000000", 1),  # 7 + 3 + 9 = 19
    ],
)
def test_the_check_digit_follows_the_weights_3_7_1(first_17, digit):
    assert check_digit(first_17) == digit


@given(beginnings)
def test_any_clabe_with_its_check_digit_passes(first_17):
    check_clabe(f"{first_17}{check_digit(first_17)}")


@given(beginnings)
@settings(max_examples=50)
def test_every_wrong_digit_is_noticed(first_17):
    clabe = f"{first_17}{check_digit(first_17)}"
    wrong = {
        clabe[:place] + digit + clabe[place + 1 :] for place in range(18) for digit in "0123456789"
    } - {clabe}
    assert len(wrong) == 162
    for typed in wrong:
        with pytest.raises(ClabeError, match="su dígito de control no coincide"):
            check_clabe(typed)


@pytest.mark.parametrize(
    "clabe",
    [
        "",
        MANUAL[:17],
        MANUAL + "0",
        "0121 6400 1016 4463 74",
        "012-164-00101644637-4",
        "01216400101644637x",
        "０１２１６４００１０１６４４６３７４",
        "-12164001016446374",
    ],
)
def test_anything_but_18_plain_digits_is_refused(clabe):
    with pytest.raises(ClabeError, match="lleva 18 dígitos, sin espacios ni guiones"):
        check_clabe(clabe)


def test_at_bbva_the_account_is_inside_the_clabe():
    check_account(MANUAL, "0101644637")


@pytest.mark.parametrize("account", ["0101644638", "101644637", "01016446370", ""])
def test_at_bbva_another_account_is_refused_and_the_right_one_named(account):
    with pytest.raises(ClabeError, match="ahí dice 0101644637"):
        check_account(MANUAL, account)


def test_other_banks_have_rules_of_their_own():
    check_account("072" + MANUAL[3:], "12345")


def test_the_account_of_the_manual_can_be_saved(db):
    factories.make_bank_account()
    assert BankAccount.objects.get().clabe == MANUAL


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"clabe": "012164001016446373"}, "clabe", "su dígito de control no coincide"),
        ({"clabe": "0121640010164463"}, "clabe", "lleva 18 dígitos"),
        ({"account_number": "01016446370"}, "account_number", "la cuenta son los dígitos 8 a 17"),
    ],
    ids=["check digit", "length", "account"],
)
def test_a_wrong_account_is_not_even_proposed(db, fields, field, sentence):
    with pytest.raises(ValidationError) as refusal:
        factories.make_bank_account(**fields)
    assert sentence in str(refusal.value.message_dict[field])
    assert not BankAccount.objects.exists()


def test_the_database_keeps_one_account_in_force(db, cxc):
    factories.make_bank_account()
    rows = BankAccount.objects.all()
    second = BankAccount(
        **{field: getattr(rows[0], field) for field in BankAccount.FROZEN},
        approved_at=timezone.now(),
        approved_by=cxc,
    )
    with pytest.raises(IntegrityError, match="bankaccount_one_in_force"), transaction.atomic():
        second.save()
