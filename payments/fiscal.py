"""The customer's data that CFDI 4.0 demands, and how they check each other. Knows no database.

Names of regimes and uses, and which goes with which: the SAT's catalogues c_RegimenFiscal and
c_UsoCFDI of the Anexo 20, version 4.0. The SAT refuses an invoice whose data do not fit, so all
but a doubtful check digit is refused here, where it can be mended.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from stdnum.exceptions import ValidationError
from stdnum.mx import rfc as stdnum_rfc

NAME_LENGTH: Final = 254
RFC: Final = re.compile(r"[A-ZÑ&]{3,4}[0-9]{6}[A-Z0-9]{3}")
# For the general public and for foreigners: always regime 616 with use S01.
GENERIC_RFCS: Final = ("XAXX010101000", "XEXX010101000")
GENERIC_REGIME: Final = "616"
GENERIC_USE: Final = "S01"


class Person(Enum):
    """Who an RFC belongs to, by its length."""

    COMPANY = "persona moral"
    INDIVIDUAL = "persona física"


OF_COMPANIES: Final = {
    "601": "General de Ley Personas Morales",
    "603": "Personas Morales con Fines no Lucrativos",
    "620": "Sociedades Cooperativas de Producción que optan por diferir sus ingresos",
    "622": "Actividades Agrícolas, Ganaderas, Silvícolas y Pesqueras",
    "623": "Opcional para Grupos de Sociedades",
    "624": "Coordinados",
}
OF_INDIVIDUALS: Final = {
    "605": "Sueldos y Salarios e Ingresos Asimilados a Salarios",
    "606": "Arrendamiento",
    "607": "Régimen de Enajenación o Adquisición de Bienes",
    "608": "Demás ingresos",
    "611": "Ingresos por Dividendos (socios y accionistas)",
    "612": "Personas Físicas con Actividades Empresariales y Profesionales",
    "614": "Ingresos por intereses",
    "615": "Régimen de los ingresos por obtención de premios",
    "616": "Sin obligaciones fiscales",
    "621": "Incorporación Fiscal",
    "625": "Régimen de las Actividades Empresariales con ingresos a través de Plataformas "
    "Tecnológicas",
}
OF_BOTH: Final = {
    "610": "Residentes en el Extranjero sin Establecimiento Permanente en México",
    "626": "Régimen Simplificado de Confianza",
}
REGIMES: Final = OF_COMPANIES | OF_INDIVIDUALS | OF_BOTH
REGIMES_OF: Final = {
    Person.COMPANY: OF_COMPANIES | OF_BOTH,
    Person.INDIVIDUAL: OF_INDIVIDUALS | OF_BOTH,
}
USES: Final = {"G03": "Gastos en general", "S01": "Sin efectos fiscales"}
REGIMES_WITH: Final = {
    "G03": {"601", "603", "606", "612", "620", "621", "622", "623", "624", "625", "626"},
    "S01": set(REGIMES),
}


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who the invoice is for (the CFDI's *receptor*), as typed or as tidied by `check`."""

    rfc: str
    name: str
    postal_code: str
    regime: str
    cfdi_use: str


@dataclass(frozen=True, slots=True)
class Findings:
    """The data tidied, a sentence for each wrong field, and doubts that stop nothing."""

    receiver: Receiver
    errors: dict[str, str]
    warnings: list[str]


def check(typed: Receiver) -> Findings:
    """Tidy the data (capitals, blanks) and check each of them and how they fit together."""
    receiver = tidy(typed)
    errors = {
        "rfc": _rfc_error(receiver.rfc),
        "name": _name_error(receiver),
        "postal_code": _postal_code_error(receiver.postal_code),
        "regime": _regime_error(receiver),
        "cfdi_use": _use_error(receiver),
    }
    found = {field: sentence for field, sentence in errors.items() if sentence}
    return Findings(receiver, found, [] if "rfc" in found else _doubts(receiver.rfc))


def tidy(typed: Receiver) -> Receiver:
    """In capitals, with single blanks; the RFC without blanks or hyphens."""
    return replace(
        typed,
        rfc=tidy_rfc(typed.rfc),
        name=tidy_name(typed.name),
        postal_code=typed.postal_code.strip(),
        regime=typed.regime.strip(),
        cfdi_use=typed.cfdi_use.strip(),
    )


def tidy_rfc(rfc: str) -> str:
    """In capitals, without blanks or hyphens."""
    return re.sub(r"[\s-]", "", _capitals(rfc))


def tidy_name(name: str) -> str:
    """In capitals, with single blanks."""
    return " ".join(_capitals(name).split())


def _capitals(text: str) -> str:
    return unicodedata.normalize("NFC", text).upper()


def person_of(rfc: str) -> Person:
    """Whose it is: 13 characters are an individual's, 12 a company's."""
    return Person.INDIVIDUAL if len(rfc) == 13 else Person.COMPANY


# --- The company form -------------------------------------------------------------------
# Written with dots here; read with or without dots and blanks between the letters.
_FORMS = (
    *("S.A.", "S.A.B.", "S.A.P.I.", "S.A.P.I.B.", "S.A.S.", "S. DE R.L.", "S.R.L."),
    *("S. EN C.", "S. EN C. POR A.", "S. EN N.C.", "S.N.C.", "S.C.", "S.C.L.", "S.C.P.", "S.P.R."),
    *("A.C.", "A. EN P.", "I.A.P.", "I.B.P.", "A.B.P."),
    *("SOCIEDAD ANONIMA", "SOCIEDAD ANONIMA BURSATIL", "SOCIEDAD ANONIMA PROMOTORA DE INVERSION"),
    *("SOCIEDAD POR ACCIONES SIMPLIFICADA", "SOCIEDAD DE RESPONSABILIDAD LIMITADA"),
    *("SOCIEDAD CIVIL", "SOCIEDAD COOPERATIVA", "ASOCIACION CIVIL"),
)
_QUALIFIERS = (
    *("C.V.", "R.L.", "R.I.", "R.S.", "A.P.", "P.", "M.I."),
    *("CAPITAL VARIABLE", "RESPONSABILIDAD LIMITADA"),
)
_TAILS = ("S.O.F.O.M.", "S.O.F.O.M. E.R.", "S.O.F.O.M. E.N.R.", "M.I.", "MICROINDUSTRIAL")
_GAP = r"[.,\s]*"
_UNACCENTED = str.maketrans("ÁÉÍÓÚÜ", "AEIOUU")


def _any_spelling(forms: tuple[str, ...]) -> str:
    """A pattern for each of the forms, its abbreviations written with dots, blanks or neither."""
    return "|".join(
        _GAP.join(
            _GAP.join(word.replace(".", "")) if "." in word else word for word in form.split()
        )
        for form in forms
    )


_COMPANY_FORM = re.compile(
    # A dot before would make it part of something longer, such as I.A.C.
    rf"(?<![\w&'.])(?:{_any_spelling(_FORMS)})"
    rf"(?:{_GAP}DE{_GAP}(?:{_any_spelling(_QUALIFIERS)}))*"
    rf"(?:{_GAP}(?:{_any_spelling(_TAILS)}))?{_GAP}$"
)


def without_company_form(name: str, person: Person = Person.COMPANY) -> str:
    """The tidied name as CFDI 4.0 takes it: `FERRETERIA PEÑA, S.A. DE C.V.` loses its end.

    Sa and Sas are surnames too: of an individual's name only a form with "DE" is taken off.
    """
    while match := _COMPANY_FORM.search(name.translate(_UNACCENTED)):
        if person is Person.INDIVIDUAL and not re.search(r"\bDE\b", match[0]):
            break
        name = name[: match.start()].rstrip(" ,-")
    return name


# --- Field by field ---------------------------------------------------------------------
def _rfc_error(rfc: str) -> str:
    if not rfc:
        return "Escriba su RFC."
    # stdnum would drop underscores and take full-width digits for plain ones.
    if RFC.fullmatch(rfc) and stdnum_rfc.is_valid(_without_words(rfc)):
        return ""
    return (
        "Ese RFC no puede existir. Lleva 12 caracteres si es de una empresa o 13 si es de una "
        "persona, con su fecha en medio: cópielo de su constancia de situación fiscal."
    )


def _without_words(rfc: str) -> str:
    """The SAT avoids rude words in a person's four letters, and stdnum refuses them (PEDA, say);
    here they are no more than a doubt.
    """
    return f"{rfc[0]}X{rfc[2:]}" if len(rfc) == 13 and "A" <= rfc[1] <= "Z" else rfc


def _doubts(rfc: str) -> list[str]:
    """Real RFCs exist whose check digit is wrong, so that one alone refuses nothing."""
    if rfc in GENERIC_RFCS:
        return []
    try:
        stdnum_rfc.validate(rfc, validate_check_digits=True)
    except ValidationError:
        return [
            f"Compare letra por letra el RFC {rfc} con su constancia de situación fiscal: "
            "no está formado como suelen estarlo. Si es igual, no haga nada."
        ]
    return []


def _name_error(receiver: Receiver) -> str:
    name = receiver.name
    if not name:
        return "Escriba el nombre o razón social."
    if len(name) > NAME_LENGTH:
        return f"El nombre es demasiado largo: caben {NAME_LENGTH} caracteres."
    if "|" in name or not name.isprintable():
        return "El nombre tiene un carácter que el SAT no acepta; escríbalo de nuevo."
    bare = without_company_form(name, person_of(receiver.rfc))
    if not bare:
        return "Escriba el nombre de la empresa, no solo su tipo de sociedad."
    if bare != name:
        return (
            "El SAT pide el nombre sin el tipo de sociedad (como «SA DE CV»). "
            f"Escríbalo así: {bare}"
        )
    return ""


def _postal_code_error(postal_code: str) -> str:
    if re.fullmatch(r"[0-9]{5}", postal_code):
        return ""
    return "Escriba los cinco dígitos del código postal de su domicilio fiscal, por ejemplo 32000."


def _regime_error(receiver: Receiver) -> str:
    regime, rfc = receiver.regime, receiver.rfc
    if regime not in REGIMES:
        return "Elija su régimen fiscal de la lista."
    if _rfc_error(rfc):
        return ""
    if rfc in GENERIC_RFCS:
        wanted = f"Con el RFC genérico elija el régimen 616, {REGIMES[GENERIC_REGIME]}."
        return "" if regime == GENERIC_REGIME else wanted
    person = person_of(rfc)
    if regime in REGIMES_OF[person]:
        return ""
    return (
        f"El régimen {regime} no es para una {person.value}, y su RFC de {len(rfc)} caracteres es "
        f"de una. Elija uno de los de {person.value}, o corrija el RFC."
    )


def _use_error(receiver: Receiver) -> str:
    use, regime = receiver.cfdi_use, receiver.regime
    if use not in USES:
        return "Elija el uso del CFDI de la lista."
    if receiver.rfc in GENERIC_RFCS and use != GENERIC_USE:
        return f"Con el RFC genérico elija el uso S01, {USES[GENERIC_USE]}."
    if regime not in REGIMES or regime in REGIMES_WITH[use]:
        return ""
    return f"El régimen {regime} no admite el uso {use}. Elija S01, {USES[GENERIC_USE]}."
