"""What the audit says of people, customers, the notice and the lists that leave."""

from collections.abc import Iterator, Sequence

from django.db.models import Q

from accounts.audit_sentences import Words
from accounts.models import Customer, User

# A search for a common word must not look for everybody.
MOST_FOUND = 100


def _find(words: str, customers: Sequence[int]) -> Iterator[tuple[str, int]]:
    for customer in customers:
        yield Customer._meta.label_lower, customer
    for person in people_named(words, customers):
        yield User._meta.label_lower, person


def customers_named(words: str) -> list[int]:
    """The customers (ids) with that RFC, or whose name begins so."""
    rows = Customer.objects.filter(Q(rfc=words.upper()) | Q(legal_name__istartswith=words))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_FOUND])


def people_named(words: str, customers: Sequence[int]) -> list[int]:
    """The users (ids) who sign in so, whose name or mail it is, or who are of the customers."""
    rows = User.objects.filter(
        Q(username__iexact=words)
        | Q(email__iexact=words)
        | Q(first_name__istartswith=words)
        | Q(last_name__istartswith=words)
        | Q(customer__in=customers)
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_FOUND])


WORDS = Words(
    says={
        "Clientes y usuarios": {
            "customer.version": "pasó a {target} de la versión {before} a la {after}",
            "user.welcomed": "envió la bienvenida a {target}",
            "customer.loaded": "cargó de una tabla el cliente {target}",
            "user.loaded": "cargó de una tabla el usuario {target}",
            "tableimport.uploaded": "subió la tabla «{target}»",
            "tableimport.applied": (
                "cargó la tabla «{target}»: {new} nuevos, {changed} cambiados, {same} iguales"
            ),
            "welcomecampaign.started": "inició el envío «{target}» a {total} personas",
            "welcomecampaign.finished": (
                "terminó el envío «{target}»: {written} correos, {left_out} omitidos"
            ),
            "user.password_chosen": "eligió su primera contraseña",
            "user.password_set": "puso otra contraseña a {target}",
        },
        "Aviso de privacidad": {
            "privacy_notice.published": "puso en vigor el {lower}",
            "privacy_notice.accepted": "aceptó el {lower}",
        },
        "Textos del portal": {
            "text.published": "publicó el texto «{target}»: {reason}",
        },
        "Entradas y sesiones": {
            "user.signed_in": "entró con {methods}",
            "user.signed_out": "cerró su sesión",
            "user.wrong_password": "no dejó entrar a {target}: la contraseña no era esa",
            "user.wrong_code": "no dejó entrar a {target}: el código no era ese",
            "user.password_changed": "cambió su contraseña",
            "user.password_reset": "eligió otra contraseña con el enlace de un correo",
            "password_reset.asked": "recibió la petición de una contraseña nueva para {target}",
            "second_factor.added": "activó su segundo factor: {kind}",
            "second_factor.removed": "quitó su segundo factor: {kind}",
            "second_factor.used": "usó su segundo factor: {kind}",
            "second_factor.codes_made": "generó códigos de recuperación nuevos",
            "second_factor.taken_away": "quitó el segundo factor de {target}: {reason}",
            "session.ended": "terminó sesiones de {target}: {sessions}",
        },
        "Lecturas y descargas": {
            "list.exported": "exportó la lista «{list}» en {format}, {rows} filas",
        },
    },
    names={
        "customer": "el cliente {target}",
        "distributor": "el distribuidor {target}",
        "privacynotice": "el {lower}",
        "user": "el usuario {target}",
    },
    labels={
        "after": "después",
        "before": "antes",
        "campaign": "número de envío",
        "changed": "cambiados",
        "customer.version": "versión de CFDI",
        "filters": "filtros",
        "format": "formato",
        "kind": "tipo",
        "line": "renglón",
        "left_out": "omitidos",
        "list": "lista",
        "methods": "con",
        "new": "nuevos",
        "o": "orden",
        "q": "búsqueda",
        "reason": "motivo",
        "rows": "filas",
        "same": "iguales",
        "sessions": "sesiones",
        "sha256": "SHA-256",
        "size": "bytes",
        "text.published": "texto",
        "written": "correos escritos",
    },
    find=_find,
)
