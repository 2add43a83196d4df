"""What kind of thing an editable text is, and one entry of the catalogue. Knows no Django."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a text is written, in the words its editor reads."""

    LINE = "Un solo párrafo."
    TEXT = "Párrafos separados por un renglón vacío; un renglón que empieza con «- » es de lista."
    LIST = "Uno por renglón."
    STEPS = (
        "El primer renglón es el nombre; cada uno de los demás, un paso. Lo que vaya entre llaves "
        "al final de un paso es lo que el cliente escribe tal cual."
    )
    PHONES = "Un teléfono por renglón: ciudad, dos puntos y número; «Torreón: 871-722-5850»."
    MAIL = "Una dirección de correo."
    SITE = "La dirección del sitio, sin https:// delante."
    HOURS = "Un número entero de horas."


class Place(Enum):
    """The page where a text is seen; what each app previews goes by these (`TEXT_PREVIEWS`)."""

    HELP = "La ayuda al pie de todas las páginas, los correos y los manuales"
    SIGN_IN = "Iniciar Sesión"
    PANEL = "El panel del cliente"
    QUOTE = "La cotización de renovación"
    NO_QUOTE = "La página de quien no tiene cotización"
    CONFIRM = "La confirmación antes de generar la constancia"
    CONSTANCIA = "La página de la constancia"
    PAPER = "El PDF de la constancia"
    VERSION_4 = "El aviso de la versión 4.0"


# What may stand between braces in any text of several words, and what it is filled with.
COMPANY = {
    "correo_ventas": "el correo de ventas",
    "correo_cxc": "el correo de CxC",
    "correo_remitente": "el correo que envía los avisos",
    "sitio": "la dirección del sitio",
    "horas": "las horas de la promesa",
    "horario": "el horario de atención",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text that the company may change.

    `default` is in force until one is published. `own` are the names that its page fills in,
    besides those of the company, each with what it is. `needs`: those it cannot do without.
    `to_confirm`: no source gives the default, so somebody has to say that it is true.
    """

    key: str
    name: str
    place: Place
    kind: Kind
    default: str
    own: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    note: str = ""
    to_confirm: bool = False

    @property
    def placeholders(self) -> dict[str, str]:
        """The names that may stand between braces, each with what it is filled with."""
        if self.kind not in (Kind.LINE, Kind.TEXT, Kind.STEPS):
            return {}
        # What reaches people is not built from itself.
        company = {} if self.key.startswith("contacts.") else COMPANY
        return company | dict(self.own)
