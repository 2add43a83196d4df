"""What may be published and how it reads: rules without a database."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturamos.texts.catalogue import CATALOGUE
from facturamos.texts.checking import MOST, MOST_HOURS, problems, tidy
from facturamos.texts.difference import difference
from facturamos.texts.kinds import Kind
from facturamos.texts.tags import html_of
from facturamos.texts.words import DEFAULTS, Words, fill

keys = st.sampled_from(sorted(CATALOGUE))
LINES = [key for key, text in CATALOGUE.items() if text.kind is Kind.LINE]
# What the portal itself puts around words.
OURS = re.compile(r'</?(p|ul|li|h2|strong)( class="reference")?>|<a href="mailto:[^"<>]*">|</a>')


def wrong(key: str, body: str) -> str:
    return " ".join(problems(CATALOGUE[key], tidy(body)))


@pytest.mark.parametrize("key", CATALOGUE)
def test_the_words_of_today_can_be_published_as_they_are(key):
    default = CATALOGUE[key].default
    assert (problems(CATALOGUE[key], default), tidy(default)) == ([], default)


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_name_between_braces_is_filled_in_today(key):
    own = {name: f"[{name}]" for name, _ in CATALOGUE[key].own}
    assert not set("{}") & set(DEFAULTS.filled(key, **own))


def test_what_the_manual_says_stands_word_for_word():
    assert DEFAULTS.contacts.sales_email == "ventas@sistemasperseo.com"
    assert DEFAULTS.contacts.cxc_email == "cxc@sistemasperseo.com"
    assert DEFAULTS.contacts.sender_email == "facturamos@sistemasperseo.com"
    assert [(phone.city, phone.number) for phone in DEFAULTS.contacts.phones] == [
        ("Ciudad Juárez", "656-616-8770"),
        ("CDMX", "55-9001-5018"),
        ("Torreón", "871-722-5850"),
        ("Mérida", "999-981-0444"),
        ("Chihuahua", "614-414-5531"),
    ]
    assert DEFAULTS.contacts.promise_hours == 24
    assert DEFAULTS.banks[:2] == ("BBVA", "BanBajío")
    assert DEFAULTS.body("quote.lead").endswith(
        "Favor de marcar los productos que desea renovar, para generar su referencia y pueda "
        "realizar su pago."
    )


@pytest.mark.parametrize(
    ("key", "body", "said"),
    [
        ("quote.lead", " \n ", "vacío no puede quedar"),
        ("quote.lead", "a" * 601, "Tiene 601 caracteres y caben 600"),
        ("quote.lead", "Uno.\n\nDos.", "un solo párrafo"),
        ("quote.lead", "Hola \u202eaicnatsnoc", "caracteres que no se ven"),
        ("quote.lead", "Hola\x00", "caracteres que no se ven"),
        ("quote.lead", "A {correo_de_nadie}", "No conocemos el dato «{correo_de_nadie}»"),
        ("quote.lead", "A {correo_cxc", "cerrar o abrir una llave"),
        ("quote.lead", "A {{correo_cxc}}", "cerrar o abrir una llave"),
        ("quote.lead", "A {referencia}", "Puede usar: {correo_ventas}, {correo_cxc}"),
        ("contacts.hours", "De 9 a {horas}", "Quite «{horas}»"),
        ("contacts.hours", "De 9 a 15}", "Quite la llave"),
        ("contacts.phones", "Torreón 871-722-5850", "no es un teléfono"),
        ("contacts.phones", "Torreón: 871-722-585", "no es un teléfono"),
        ("contacts.phones", "Torreón: 871-722-5850 y 51", "no es un teléfono"),
        ("contacts.phones", ": 871-722-5850", "no es un teléfono"),
        ("contacts.cxc_email", "cxc", "no es un correo"),
        ("contacts.cxc_email", "a@b.mx, c@d.mx", "no es un correo"),
        ("contacts.cxc_email", 'a"onclick=@b.mx', "no es un correo"),
        ("contacts.site", "https://a.mx", "Escríbalo sin https://"),
        ("contacts.promise_hours", "0", "de 1 a 240"),
        ("contacts.promise_hours", "24.5", "de 1 a 240"),
        ("contacts.promise_hours", "un día", "de 1 a 240"),
        ("contacts.promise_hours", "²", "de 1 a 240"),
        ("contacts.banks", "BBVA\n\nHSBC", "Quite los renglones vacíos"),
        ("contacts.banks", "BBVA\nHSBC\nBBVA", "«BBVA» está repetido"),
        ("channels.cash", "Cajero", "al menos un paso"),
        ("channels.cash", "Cajero\nDeposite {importe}", "Falta «{referencia}»"),
        ("channels.cash", "Para {importe}\n{referencia}", "no lleva datos entre llaves"),
    ],
)
def test_what_cannot_go_is_told_with_what_to_do(key, body, said):
    assert said in wrong(key, body)


@given(st.integers(-5, 1000))
def test_hours_are_a_whole_number_from_1_to_240(hours):
    assert (wrong("contacts.promise_hours", str(hours)) == "") == (1 <= hours <= MOST_HOURS)


@given(
    city=st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=20),
    digits=st.text("0123456789", min_size=10, max_size=10),
    cuts=st.tuples(st.integers(1, 8), st.sampled_from(["-", " ", ""])),
)
def test_a_telephone_dials_however_it_is_grouped(city, digits, cuts):
    at, between = cuts
    body = tidy(f"{city}: {digits[:at]}{between}{digits[at:]}")
    assert problems(CATALOGUE["contacts.phones"], body) == []
    (phone,) = DEFAULTS.but("contacts.phones", body).contacts.phones
    assert phone.link == f"+52{digits}"


@given(key=keys, body=st.text(max_size=200))
def test_whatever_somebody_writes_is_refused_or_reads_without_a_tag_of_theirs(key, body):
    body = tidy(body)
    words = DEFAULTS.but(key, body)
    own = {name: "<b>'&" for name, _ in CATALOGUE[key].own}
    page = OURS.sub("", html_of(words, key, **own))
    assert not set("<>") & set(page)
    assert words.contacts.promise_hours >= 1
    if problems(CATALOGUE[key], body):
        assert words.body(key) == CATALOGUE[key].default


@given(st.text(max_size=100))
def test_tidying_twice_changes_nothing_more(body):
    assert tidy(tidy(body)) == tidy(body)


@pytest.mark.parametrize("key", LINES)
def test_markup_is_shown_and_not_obeyed(key):
    needs = "".join(f"{{{name}}}" for name in CATALOGUE[key].needs)
    words = DEFAULTS.but(key, f"<script>alert(1)</script>{needs}")
    assert html_of(words, key).startswith("&lt;script&gt;alert(1)&lt;/script&gt;")


def test_a_value_is_not_looked_through_for_more_names():
    assert fill("De {a}", {"a": "{b}", "b": "no"}) == "De {b}"


def test_an_empty_value_takes_its_blank_along():
    assert fill("A ventas {o_b}.", {"o_b": ""}) == "A ventas."
    assert fill("A {x}", {}) == "A {x}"


def test_what_a_newer_program_refuses_gives_way_to_the_default():
    stale = Words({"contacts.promise_hours": "mucho", "contacts.phones": "?", "gone": "x"})
    assert stale.contacts == DEFAULTS.contacts


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_tells_both_sides(before, after):
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.change != "ins") == before
    assert "".join(piece.text for piece in pieces if piece.change != "del") == after


def test_a_difference_names_the_words_that_changed():
    pieces = difference("De 9 a 15 horas", "De 9 a 14 horas, siempre")
    assert [(piece.change, piece.text) for piece in pieces] == [
        ("", "De 9 a"),
        ("del", " 15 horas"),
        ("ins", " 14 horas, siempre"),
    ]


def test_texts_that_repeat_a_word_without_end_are_told_whole():
    # Compared word by word, two of the longest texts that may be published take minutes.
    before, after = "a " * 2000, "b a " * 1000
    pieces = [(piece.change, piece.text) for piece in difference(before, after)]
    assert pieces == [("del", before), ("ins", after)]


def test_lengths_are_told_for_every_kind():
    assert set(MOST) == set(Kind)
