"""Whether what somebody wrote can be published: sentences for the editor. Knows no Django."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from facturamos.texts.kinds import Kind, Text

PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
MOST = {
    Kind.LINE: 600,
    Kind.TEXT: 4000,
    Kind.LIST: 1000,
    Kind.STEPS: 2000,
    Kind.PHONES: 1000,
    Kind.MAIL: 254,
    Kind.SITE: 100,
    Kind.HOURS: 20,
}
MOST_ITEM = 60  # characters of a bank's name or a city's
MOST_HOURS = 240
DIGITS_OF_A_PHONE = 10
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_SITE = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}(/[a-z0-9/_-]*)?", re.IGNORECASE)
_PHONE = re.compile(r"[0-9 ()-]+")


def tidy(body: str) -> str:
    """The text as it is kept: one way to end a line, no blanks at the ends of lines or of all."""
    lines = unicodedata.normalize("NFC", body).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def problems(text: Text, body: str) -> list[str]:
    """What is wrong with a tidy `body` for that text, and what to do; nothing when it can go."""
    if not body:
        return ["Escriba el texto: vacío no puede quedar."]
    if len(body) > MOST[text.kind]:
        return [f"Tiene {len(body):,} caracteres y caben {MOST[text.kind]:,}. Acórtelo."]
    if not all(c == "\n" or _is_writing(c) for c in body):
        return ["Tiene caracteres que no se ven. Escríbalo de nuevo en vez de pegarlo."]
    return [*_placeholders(text, body), *CHECKS[text.kind](body)]


def _is_writing(character: str) -> bool:
    """Neither a control character nor one that turns the reading direction or has no width."""
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _placeholders(text: Text, body: str) -> Iterator[str]:
    allowed = text.placeholders
    names = PLACEHOLDER.findall(body)
    if {"{", "}"} & set(PLACEHOLDER.sub("", body)):
        if allowed:
            yield "Falta cerrar o abrir una llave: los datos se escriben así, «{correo_cxc}»."
        else:
            yield "Quite la llave: en este texto no va ningún dato entre llaves."
    known = ", ".join(f"{{{name}}}" for name in allowed)
    for name in dict.fromkeys(names):
        if not allowed:
            yield f"Quite «{{{name}}}»: en este texto no va ningún dato entre llaves."
        elif name not in allowed:
            yield f"No conocemos el dato «{{{name}}}». Puede usar: {known}."
    for name in text.needs:
        if name not in names:
            yield f"Falta «{{{name}}}» ({allowed[name]}): sin él no se entendería."


def _line(body: str) -> Iterator[str]:
    if "\n" in body:
        yield "Escríbalo en un solo párrafo, sin saltos de renglón."


def _anything(body: str) -> Iterator[str]:
    yield from ()


def _list(body: str) -> Iterator[str]:
    lines = body.split("\n")
    if "" in lines:
        yield "Quite los renglones vacíos: va uno por renglón."
    for line in lines:
        if len(line) > MOST_ITEM:
            yield f"«{line[:MOST_ITEM]}…» es demasiado largo: caben {MOST_ITEM} caracteres."
    for line in dict.fromkeys(line for line in lines if line and lines.count(line) > 1):
        yield f"«{line}» está repetido. Déjelo una vez."


def _steps(body: str) -> Iterator[str]:
    lines = body.split("\n")
    if "" in lines:
        yield "Quite los renglones vacíos: va un paso por renglón."
    if len(lines) < 2:
        yield "Escriba el nombre en el primer renglón y al menos un paso debajo."
    if PLACEHOLDER.search(lines[0]):
        yield "El primer renglón es el nombre: no lleva datos entre llaves."


def _phones(body: str) -> Iterator[str]:
    for line in body.split("\n"):
        city, colon, number = (part.strip() for part in line.partition(":"))
        digits = "".join(filter(str.isdigit, number))
        is_number = _PHONE.fullmatch(number) and len(digits) == DIGITS_OF_A_PHONE
        if not (colon and 0 < len(city) <= MOST_ITEM and is_number):
            yield (
                f"«{line[:MOST_ITEM]}» no es un teléfono: escriba la ciudad, dos puntos y los diez "
                "dígitos, por ejemplo «Torreón: 871-722-5850»."
            )


def _mail(body: str) -> Iterator[str]:
    if not _MAIL.fullmatch(body):
        yield f"«{body}» no es un correo. Escriba uno solo, como «ventas@empresa.com»."


def _site(body: str) -> Iterator[str]:
    if not _SITE.fullmatch(body):
        yield f"«{body}» no es un sitio. Escríbalo sin https://, como «www.empresa.com.mx»."


def _hours(body: str) -> Iterator[str]:
    if not re.fullmatch(r"[0-9]{1,3}", body) or not 1 <= int(body) <= MOST_HOURS:
        yield f"Escriba un número entero de horas, de 1 a {MOST_HOURS}."


CHECKS: dict[Kind, Callable[[str], Iterator[str]]] = {
    Kind.LINE: _line,
    Kind.TEXT: _anything,
    Kind.LIST: _list,
    Kind.STEPS: _steps,
    Kind.PHONES: _phones,
    Kind.MAIL: _mail,
    Kind.SITE: _site,
    Kind.HOURS: _hours,
}
