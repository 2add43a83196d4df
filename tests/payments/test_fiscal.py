"""The fiscal data of CFDI 4.0: each by itself, and how they fit together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import fiscal
from payments.fiscal import Person, Receiver, check, tidy_name, without_company_form

COMPANY = Receiver("FDE150803AB1", "FERRETERIA DEMOSTRACION DEL NORTE", "32000", "601", "G03")
PERSON = Receiver("PEDA800101AB3", "ANA PEREZ DEMOSTRACION", "32000", "612", "G03")
PUBLIC = Receiver("XAXX010101000", "PUBLICO EN GENERAL", "32000", "616", "S01")


@pytest.mark.parametrize("receiver", [COMPANY, PERSON, PUBLIC])
def test_good_data_pass(receiver):
    assert check(receiver).errors == {}


def test_what_is_typed_is_tidied():
    typed = Receiver(" fde-150803 ab1 ", "  ferretería   peña ", " 32000 ", "601 ", " G03")
    assert check(typed).receiver == Receiver(
        "FDE150803AB1", "FERRETERÍA PEÑA", "32000", "601", "G03"
    )


class TestRfc:
    """Its structure refuses, its check digit only warns."""

    @pytest.mark.parametrize(
        "rfc",
        [
            *("", "X", "FDE150803AB", "FDE150803AB11X", "FDE151303AB1", "FDE150832AB1"),
            *("12E150803AB1", "FDE150803AB!", "PEDA800101", "FDE150803ÁB1", "FDE1٥0803AB1"),
            *("A" * 100_000, "\0" * 12, "FDE150803AB\n"),
            # stdnum would mend these: an underscore goes, a full-width digit becomes a plain one.
            *("ABC_010101A12", "FDE_50803AB1", "FDE150803AB\uff11", "FDE\uff1150803AB1"),
            *("FDE150803\u2010AB1", "_FDE150803AB", "FDE150803AB_"),
        ],
    )
    def test_an_impossible_one_is_refused(self, rfc):
        assert set(check(replace(COMPANY, rfc=rfc)).errors) == {"rfc"}

    @pytest.mark.parametrize("rfc", ["MAB9307148T4", "Ñ&A9307148T4", "P&G851223B24"])
    def test_a_company_may_have_an_ampersand_and_an_enye(self, rfc):
        assert check(replace(COMPANY, rfc=rfc)).errors == {}

    def test_a_decomposed_enye_is_the_same_letter(self):
        found = check(replace(COMPANY, rfc="N\u0303&A9307148T4"))
        assert found.errors == {}
        assert found.receiver.rfc == "Ñ&A9307148T4"

    def test_a_wrong_check_digit_only_warns(self):
        assert check(replace(COMPANY, rfc="MAB9307148T4")).warnings == []
        found = check(replace(COMPANY, rfc="MAB9307148T5"))
        assert found.errors == {}
        assert "letra por letra el RFC MAB9307148T5" in found.warnings[0]

    def test_a_word_the_sat_avoids_only_warns(self):
        found = check(PERSON)
        assert found.errors == {}
        assert PERSON.rfc in found.warnings[0]

    def test_the_generic_one_gives_no_warning(self):
        assert check(PUBLIC).warnings == []

    @pytest.mark.parametrize("rfc", fiscal.GENERIC_RFCS)
    def test_the_generic_one_wants_its_regime_and_use(self, rfc):
        found = check(replace(PUBLIC, rfc=rfc, regime="612", cfdi_use="G03"))
        assert "régimen 616" in found.errors["regime"]
        assert "uso S01" in found.errors["cfdi_use"]


class TestRegimeAndUse:
    """The SAT's catalogues, as the domain's facts list them."""

    OF_COMPANIES = "601 603 620 622 623 624"
    OF_INDIVIDUALS = "605 606 607 608 611 612 614 615 616 621 625"
    OF_BOTH = "610 626"
    WITH_G03 = "601 603 606 612 620 621 622 623 624 625 626"

    def test_the_lists_are_the_ones_of_the_catalogue(self):
        assert " ".join(fiscal.OF_COMPANIES) == self.OF_COMPANIES
        assert " ".join(fiscal.OF_INDIVIDUALS) == self.OF_INDIVIDUALS
        assert " ".join(fiscal.OF_BOTH) == self.OF_BOTH
        assert " ".join(sorted(fiscal.REGIMES_WITH["G03"])) == self.WITH_G03

    @pytest.mark.parametrize("regime", fiscal.REGIMES)
    @pytest.mark.parametrize("receiver", [COMPANY, PERSON], ids=["company", "person"])
    def test_a_regime_fits_its_person(self, receiver, regime):
        own = self.OF_COMPANIES if receiver is COMPANY else self.OF_INDIVIDUALS
        errors = check(replace(receiver, regime=regime, cfdi_use="S01")).errors
        if regime in f"{own} {self.OF_BOTH}":
            assert errors == {}
        else:
            assert set(errors) == {"regime"}
            assert "no es para una persona" in errors["regime"]

    @pytest.mark.parametrize("regime", fiscal.REGIMES)
    def test_a_use_fits_its_regime(self, regime):
        receiver = COMPANY if regime in self.OF_COMPANIES else PERSON
        errors = check(replace(receiver, regime=regime, cfdi_use="G03")).errors
        assert ("cfdi_use" in errors) is (regime not in self.WITH_G03)
        assert check(replace(receiver, regime=regime, cfdi_use="S01")).errors == {}

    @pytest.mark.parametrize("value", ["", "999", "G99", "\0", "6" * 100_000])
    def test_an_invented_one_is_refused(self, value):
        found = check(replace(COMPANY, regime=value, cfdi_use=value)).errors
        assert set(found) == {"regime", "cfdi_use"}


@pytest.mark.parametrize(
    "code", ["", "3200", "320000", "3200A", "٣٢٠٠٠", "32 000", "\0" * 5, "1" * 100_000]
)
def test_a_postal_code_has_five_digits(code):
    assert set(check(replace(COMPANY, postal_code=code)).errors) == {"postal_code"}


@pytest.mark.parametrize("name", ["", "   ", "A|B", "A\0B", "A\u200bB", "A" * 255, "SA DE CV"])
def test_a_name_the_sat_would_not_take_is_refused(name):
    assert set(check(replace(COMPANY, name=name)).errors) == {"name"}


class TestCompanyForm:
    """`SA DE CV` and its like, however they are written."""

    @pytest.mark.parametrize(
        "form",
        [
            *("SA", "S.A.", "S. A.", ", S.A.", "SA DE CV", "S.A. DE C.V.", "S. A. DE C. V."),
            *(", S.A. DE C.V.", "S.A. de C.V", "s.a.de c.v.", "SA de CV.", "S A DE C V", "SADECV"),
            *("SAB DE CV", "S.A.B. de C.V.", "SAPI", "SAPI DE CV", "S.A.P.I. de C.V."),
            *("SAPIB DE CV", "SAS", "S.A.S. de C.V.", "S DE RL", "S. de R.L.", "S DE RL DE CV"),
            *("S. de R.L. de C.V.", "SRL DE CV", "S de R. L. de C. V.", "SC", "S.C.", ", S. C."),
            *("AC", "A.C.", "A. C.", "SPR DE RL DE CV", "S.P.R. de R.I.", "SNC", "S. en C."),
            *("S. en C. por A. de C.V.", "S en NC", "IAP", "I.A.P.", "ABP", "SC DE RL DE CV"),
            *("S.C. de A.P. de R.L. de C.V.", "A. en P.", "SA DE CV SOFOM ENR"),
            *("S.A.P.I. de C.V., S.O.F.O.M., E.N.R.", "Sociedad Anónima de Capital Variable"),
            *("Sociedad de Responsabilidad Limitada", "Asociación Civil", "Sociedad Civil"),
            "Sociedad Anónima Promotora de Inversión de Capital Variable",
            *(
                "S DE RL MI",
                "S. de R.L. M.I.",
                "S. de R.L.M.I.",
                "S DE RL DE MI",
                "S. DE R.L., M. I.",
            ),
            *("S DE RL DE CV MI", "S de RL Microindustrial"),
        ],
    )
    def test_it_is_refused_and_the_mended_name_offered(self, form):
        sentence = check(replace(COMPANY, name=f"Ferretería Peña {form}")).errors["name"]
        assert sentence.endswith("Escríbalo así: FERRETERÍA PEÑA")

    @pytest.mark.parametrize(
        "name",
        [
            *("EMPRESA", "CASA", "LA FRANCESA", "COMPAS", "I.A.C.", "P&SC", "A.B.C.", "GRUPO SAN"),
            *("SA DE CV COMERCIAL", "AC MILAN MEXICO", "SC JOHNSON", "O'AC", "TECNOLOGIAS CV"),
            *("COMIDA PARA MI", "TALLER MI", "MI SC TALLER"),
        ],
    )
    def test_a_name_that_only_looks_like_it_passes(self, name):
        assert check(replace(COMPANY, name=name)).errors == {}

    def test_a_surname_is_no_company_form(self):
        assert check(replace(PERSON, name="MARIA SA")).errors == {}
        assert (
            "Escríbalo así: MARIA" in check(replace(PERSON, name="MARIA SA DE CV")).errors["name"]
        )

    @given(st.text(max_size=300))
    def test_what_is_offered_is_taken(self, text):
        bare = without_company_form(tidy_name(text))
        assert without_company_form(bare) == bare
        assert tidy_name(text).startswith(bare)

    @given(
        st.text(st.sampled_from("SACVRLDEPI., "), max_size=254),
        st.sampled_from(list(Person)),
    )
    def test_letters_of_the_forms_in_any_order_come_to_an_end(self, text, person):
        bare = without_company_form(tidy_name(text), person)
        assert without_company_form(bare, person) == bare


@given(*[st.text(max_size=40)] * 5)
def test_whatever_is_typed_gets_an_answer(rfc, name, postal_code, regime, cfdi_use):
    found = check(Receiver(rfc, name, postal_code, regime, cfdi_use))
    assert set(found.errors) <= {"rfc", "name", "postal_code", "regime", "cfdi_use"}
    assert all(sentence.strip() for sentence in found.errors.values())
    again = check(found.receiver)
    assert again == found
