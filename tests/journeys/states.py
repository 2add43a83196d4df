"""Every state of a customer's pages and every error, and how the stage comes to it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.journeys import stage_steps as steps

Steps = Callable[[Page], None]


@dataclass(frozen=True)
class State:
    """A page in one state: who opens which address and does what there, and what it then says.

    `error`: the form came back with what is to be mended.
    """

    name: str
    who: str
    address: str
    sees: str
    steps: Steps | None = None
    error: bool = False


NOBODY = ""
STATES = [
    # First, for it lasts two minutes only
    State("sesion-por-terminar", "ending", "/constancias/{ending}/comprobante/",
          "está por terminar"),
    # --- Coming in
    State("ingresar", NOBODY, "/ingresar/", "Iniciar Sesión"),
    State("ingresar-error", NOBODY, "/ingresar/", "no son correctos",
          steps.signing_in("cliente"), error=True),
    State("ingresar-limite", NOBODY, "/ingresar/", "demasiados intentos",
          steps.signing_in("nadie", times=6), error=True),
    State("ingresar-sesion-terminada", "ended", "/panel/", "Su sesión terminó por seguridad"),
    State("codigo", NOBODY, "/ingresar/", "Escriba su código", steps.signing_in("secured")),
    State("codigo-error", NOBODY, "/ingresar/", "Escriba su código",
          steps.signing_in("secured", code="1"), error=True),
    State("contrasena-olvidada", NOBODY, "/contrasena/olvidada/", "Enviar enlace"),
    State("contrasena-olvidada-error", NOBODY, "/contrasena/olvidada/", "Hay un problema",
          steps.sending(), error=True),
    State("contrasena-enviada", NOBODY, "/contrasena/olvidada/", "Revise su correo",
          steps.sending(email="nadie@example.com")),
    State("contrasena-nueva", NOBODY, "/contrasena/nueva/{forgotten}/", "Guardar contraseña"),
    State("contrasena-nueva-error", NOBODY, "/contrasena/nueva/{forgotten}/", "Hay un problema",
          steps.sending(password1="corta", password2="otra"), error=True),
    State("contrasena-lista", NOBODY, "/contrasena/nueva/lista/", "Contraseña guardada"),
    State("enlace-muerto", NOBODY, "/contrasena/nueva/1-nada/", "El enlace ya no sirve"),
    State("bienvenida", NOBODY, "/contrasena/bienvenida/{welcome}/", "Elija su contraseña"),
    State("bienvenida-error", NOBODY, "/contrasena/bienvenida/{welcome}/", "Hay un problema",
          steps.sending(new_password1="corta", new_password2="otra"), error=True),
    State("bienvenida-muerta", NOBODY, "/contrasena/bienvenida/MQ/nada/", "El enlace ya no sirve"),
    State("bienvenida-otra", NOBODY, "/contrasena/bienvenida/otra/", "Revise su correo"),
    State("registro", NOBODY, "/registro/", ""),
    State("cuenta-inactiva", NOBODY, "/cuenta/inactiva/", ""),
    State("privacidad", "new", "/privacidad/", "Aviso de privacidad"),
    State("privacidad-error", "new", "/privacidad/", "palomee la casilla", steps.sending(),
          error=True),
    State("privacidad-aceptada", "offer", "/privacidad/", "Usted aceptó"),
    State("privacidad-integral", NOBODY, "/privacidad/integral/", "Aviso de privacidad integral"),
    # --- The quote
    State("panel-cotizacion", "offer", "/panel/", "Renovar mis productos"),
    State("panel-cotizacion-vencida", "lapsed", "/panel/", "venció"),
    State("panel-sin-cotizacion", "none", "/panel/", "Facturamos"),
    State("cotizacion", "offer", "/renovacion/", "$5,220.00"),
    State("cotizacion-larga", "long_offer", "/renovacion/", "Desoxirribonucleo"),
    State("cotizacion-vencida", "lapsed", "/renovacion/", "venció"),
    State("cotizacion-ninguna", "none", "/renovacion/", "No tiene una cotización vigente"),
    State("confirmar", "offer", "/renovacion/", "$5,220.00",
          steps.sending(form="#quote", button="generate")),
    State("confirmar-larga", "long_offer", "/renovacion/", "Desoxirribonucleo",
          steps.sending(form="#quote", button="generate")),
    State("confirmar-otro-total", "offer", "/renovacion/confirmar/", "El total no coincide",
          steps.another_total),
    # --- The constancia, and the panel beside it
    *(
        State(f"{place}-{name}", who, address.replace("who", who), sees)
        for name, who, sees in (
            ("en-espera", "waiting", ""),
            ("por-vencer", "soon", ""),
            ("vence-hoy", "today", "hoy"),
            ("vencida", "expired", "vencida"),
            ("cancelada", "cancelled", "cancelada"),
            ("pagada-en-parte", "part", "$500.00"),
            ("pagada-en-parte-tarde", "part_late", "$500.00"),
            ("en-revision", "review", "en revisión"),
            ("en-revision-tarde", "review_late", "en revisión"),
            ("en-revision-en-parte", "review_part", "$500.00"),
            ("no-corresponde", "refused", "La foto no se lee"),
            ("pago-deshecho", "reverted", ""),
            ("pagada", "paid", ""),
        )
        for place, address, sees in (
            ("panel", "/panel/", ""),
            ("constancia", "/constancias/{who}/", sees),
            ("comprobante", "/constancias/{who}/comprobante/", ""),
        )
    ),
    State("constancia-larga", "long_offer", "/constancias/{long}/", "Desoxirribonucleo"),
    State("constancia-cancelar", "waiting", "/constancias/{waiting}/cancelar/", "¿Cancelar"),
    State("panel-recien-cancelada", "canceller", "/constancias/{canceller}/cancelar/",
          "quedó cancelada", steps.sending()),
    State("constancia-pdf-perdido", "lost", "/constancias/{lost}/pdf/", ""),
    # --- The proof
    State("comprobante-ninguno", "waiting", "/constancias/{waiting}/comprobante/",
          "Elija al menos un archivo", steps.offering(), error=True),
    State("comprobante-otro-tipo", "waiting", "/constancias/{waiting}/comprobante/",
          "no es de un tipo que podamos recibir", steps.offering(("nota.txt", b"hola")),
          error=True),
    State("comprobante-heic", "waiting", "/constancias/{waiting}/comprobante/",
          "HEIC", steps.offering(steps.HEIC), error=True),
    State("comprobante-vacio", "waiting", "/constancias/{waiting}/comprobante/",
          "está vacío", steps.offering(("vacio.pdf", b"")), error=True),
    State("comprobante-grande", "waiting", "/constancias/{waiting}/comprobante/",
          "el máximo son 10 MB", steps.offering_too_much, error=True),
    State("comprobante-varios-errores", "waiting", "/constancias/{waiting}/comprobante/",
          "Hay un problema", steps.sending(form="main form[enctype]", tracking_key="¿?"),
          error=True),
    State("comprobante-sin-fecha", "waiting", "/constancias/{waiting}/comprobante/",
          "siguen aquí", steps.offering(steps.PROOF, day=""), error=True),
    State("comprobante-recibido", "soon", "/constancias/{soon}/comprobante/",
          "Recibimos su comprobante", steps.offering(steps.PROOF)),
    State("comprobante-perdido", "lost", "/comprobantes/{lost_proof}/", ""),
    # --- History, invoices, claims
    State("historial-vacio", "offer", "/constancias/", ""),
    State("historial-una", "waiting", "/constancias/", ""),
    State("historial-largo", "veteran", "/constancias/", "cancelada"),
    State("factura", "waiting", "/constancias/{waiting}/factura/", "Solicitar mi factura"),
    State("factura-error", "waiting", "/constancias/{waiting}/factura/", "Hay un problema",
          steps.sending(rfc="X", name="", postal_code="1"), error=True),
    State("factura-solicitada", "waiting", "/constancias/{waiting}/factura/",
          "Su factura está solicitada", steps.ask_for_invoice),
    State("factura-en-espera", "asked", "/constancias/{asked}/factura/", "Factura solicitada"),
    State("factura-emitida", "issued", "/constancias/{issued}/factura/", "PDF"),
    State("factura-perdida", "lost", "/constancias/{lost}/factura/pdf/", ""),
    State("constancia-facturada", "issued", "/constancias/{issued}/", "actura"),
    State("reclamo", "waiting", "/depositos/reclamar/", "Reclamar un depósito"),
    State("reclamo-error", "waiting", "/depositos/reclamar/", "Hay un problema", steps.sending(),
          error=True),
    State("reclamo-enviado", "waiting", "/depositos/reclamar/", "Recibimos su reclamo",
          steps.claim),
    State("reclamo-contestado", "claimant", "/depositos/reclamar/", "Lo encontramos."),
    # --- Version 4.0
    State("aviso-4.0", "fresh", "/aviso-4.0/", "Manual para cambio de versión"),
    State("aviso-4.0-leido", "paid", "/aviso-4.0/", "Manual para cambio de versión"),
    # --- For whoever holds a slip
    State("verificar-autentica", NOBODY, "/verificar/{waiting_token}/", "Constancia auténtica"),
    State("verificar-pagada", NOBODY, "/verificar/{paid_token}/", "Pagada"),
    State("verificar-vencida", NOBODY, "/verificar/{expired_token}/", "no la pague"),
    State("verificar-desconocida", NOBODY, "/verificar/nada/", "no es nuestra"),
    # --- The account
    State("cuenta", "offer", "/cuenta/", "Mis datos"),
    State("cuenta-protegida", "secured", "/cuenta/", "Activa"),
    State("cuenta-contrasena", "offer", "/contrasena/", "Cambiar contraseña"),
    State("cuenta-contrasena-error", "offer", "/contrasena/", "Hay un problema",
          steps.sending(oldpassword="x", password1="corta", password2="otra"), error=True),
    State("cuenta-segundo-factor", "offer", "/cuenta/2fa/aplicacion/", "Active su segundo factor"),
    State("cuenta-segundo-factor-error", "offer", "/cuenta/2fa/aplicacion/", "Hay un problema",
          steps.sending(code="1"), error=True),
    State("cuenta-quitar-factor", "secured", "/cuenta/2fa/aplicacion/quitar/", "Quitar"),
    State("cuenta-llave", "offer", "/cuenta/2fa/llave/", "llave"),
    State("cuenta-codigos", "secured", "/cuenta/2fa/codigos/", "ódigos de recuperación"),
    State("cuenta-codigos-nuevos", "secured", "/cuenta/2fa/codigos/nuevos/", "ódigos"),
    State("cuenta-confirmar", "tired", "/cuenta/confirmar/?next=/cuenta/", "Confirme que es usted"),
    State("cuenta-confirmar-error", "tired", "/cuenta/confirmar/?next=/cuenta/", "Hay un problema",
          steps.sending(password="x"), error=True),
    State("cuenta-confirmar-codigo", "tired_secured", "/cuenta/confirmar/codigo/?next=/cuenta/",
          "Confirme que es usted"),
    State("cuenta-sesiones", "offer", "/cuenta/sesiones/", "Mis sesiones"),
    State("cuenta-salir", "offer", "/salir/", ""),
    # --- Distributors
    State("distribuidor", "distributor", "/distribuidor/", "Sus clientes"),
    State("distribuidor-sin-resultado", "distributor", "/distribuidor/?q=zzz", "Ver a todos"),
    State("distribuidor-sin-clientes", "distributor_new", "/distribuidor/",
          "Todavía no tiene clientes"),
    # --- What went wrong
    State("error-400", NOBODY, "/?q=%00", "No entendimos la solicitud"),
    State("error-403", "offer", "/distribuidor/", ""),
    State("error-404", NOBODY, "/no-existe/", "No encontramos esa página"),
    State("error-404-cliente", "offer", "/constancias/1234567/", "No encontramos esa página"),
    State("error-429", NOBODY, "/verificar/nada/", "Demasiados intentos", steps.too_often),
    State("error-500", NOBODY, "/falla/", "Algo falló de nuestro lado"),
    State("error-csrf", NOBODY, "/ingresar/", "La página caducó", steps.without_cookies),
]  # fmt: skip
