"""What a customer reads when a file cannot be taken: what happened, and what to do."""

from payments.proof_files import MAX_PIXELS, Problem

NO_FILE = "Elija al menos un archivo: la foto, la captura o el PDF de su comprobante."
GONE = (
    "Lo que habíamos guardado ya se borró: lo conservamos dos horas. Elija sus archivos otra vez."
)
NOT_KEPT = (
    "Sus archivos no se pudieron guardar porque nuestro equipo se quedó sin espacio. No es culpa "
    "suya: elíjalos otra vez, o envíelos por correo."
)
OVER_QUOTA = (
    "Ya no hay espacio para más comprobantes suyos en el portal. Envíe este por correo y lo "
    "revisaremos igual."
)
SIGN_IN_FIRST = (
    "Su comprobante todavía no se envía. Inicie sesión: si pudimos guardar lo que eligió, ahí lo "
    "encontrará y solo faltará que lo revise y lo envíe."
)
ACCEPT_FIRST = (
    "Su comprobante todavía no se envía. Acepte el aviso: si pudimos guardar lo que eligió, "
    "después lo encontrará y solo faltará que lo revise y lo envíe."
)
RECEIVED = "Recibimos su comprobante."
REMOVED = "Quitamos los archivos que habíamos guardado. Puede elegir otros."
TEXTS = {
    Problem.EMPTY: "está vacío. Ábralo para revisar que se vea su comprobante y elíjalo otra vez.",
    Problem.TOO_BIG: (
        "pesa {size} y el máximo son {most}. Envíe una captura de pantalla, o el PDF de su banco."
    ),
    Problem.WRONG_TYPE: (
        "no es de un tipo que podamos recibir. Envíe una foto o captura (JPEG o PNG), el PDF de su "
        "banco o el CEP de Banxico en XML."
    ),
    Problem.HEIC: (
        "es una foto HEIC de iPhone, que no podemos abrir. Tome una captura de pantalla de la foto "
        "y envíela. Para que no vuelva a pasar, en su iPhone entre a Ajustes, Cámara, Formatos y "
        "elija «El más compatible» (JPEG)."
    ),
    Problem.DAMAGED: (
        "está dañado o incompleto. Descárguelo o tome la foto otra vez; si en su equipo sí abre, "
        "envíe una captura de pantalla."
    ),
    Problem.TOO_MANY_PIXELS: (
        f"tiene más de {MAX_PIXELS // 1_000_000} millones de puntos. Envíe una captura de "
        "pantalla, o tome la foto con menos resolución."
    ),
    Problem.PASSWORD: (
        "pide contraseña para abrirse. Ábralo y guárdelo sin contraseña, o envíe una captura de "
        "pantalla."
    ),
    Problem.ACTIVE: (
        "contiene programas, envíos de datos o archivos adjuntos, y por seguridad no lo recibimos. "
        "Ábralo, tome una captura de pantalla y envíela."
    ),
    Problem.NOT_A_CEP: (
        "no es un CEP de Banxico. Descárguelo de www.banxico.org.mx/cep en XML o en PDF, o envíe "
        "una captura de pantalla."
    ),
    Problem.TOO_COMPLEX: (
        "es tan complejo que no pudimos revisarlo. Envíe una captura de pantalla en su lugar."
    ),
    Problem.NO_TIME: (
        "no alcanzó a revisarse a tiempo. Envíelo otra vez en unos minutos, solo o con menos "
        "archivos."
    ),
}


def refusal(name: str, problem: Problem, *, size: int, most: int) -> str:
    """The sentence for one file; sizes in bytes."""
    text = TEXTS[problem].format(size=megabytes(size), most=megabytes(most))
    return f"«{_short(name)}» {text}"


def what_to_choose(count: int, most: int) -> str:
    """What files may be sent: how many, and of how many bytes at most."""
    return (
        "La foto, la captura de pantalla o el PDF que le dio su banco, o el CEP de Banxico. Puede "
        f"elegir hasta {count} archivos JPEG, PNG, PDF o XML, de {megabytes(most)} cada uno como "
        "máximo."
    )


def lost(name: str) -> str:
    """A file that was kept and is there no longer."""
    return f"«{_short(name)}» ya no está guardado. Elíjalo otra vez."


def too_many(count: int, most: int) -> str:
    """More files than a sending takes."""
    return (
        f"Eligió {count} archivos y en un envío caben {most}. Elija los {most} más importantes; "
        "después puede enviar otro comprobante."
    )


def megabytes(size: int) -> str:
    """`10 MB`, `11.5 MB`; just above a limit it never reads as the limit itself."""
    tenths = -(-size * 10 // (1024 * 1024))
    return f"{tenths / 10:.1f} MB".replace(".0 MB", " MB")


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:40]}…{name[-15:]}"
