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
# Where a constancia shows its state.
PLACES = {
    "panel": "/panel/",
    "constancia": "/constancias/{{{who}}}/",
    "comprobante": "/constancias/{{{who}}}/comprobante/",
}
TO_SEND = "Nos ayuda a encontrar su depósito más pronto"
THE_REST = "Falta depositar el resto del total"
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
    State("registro", NOBODY, "/registro/", "los damos de alta nosotros"),
    State("cuenta-inactiva", NOBODY, "/cuenta/inactiva/", "Su cuenta está inactiva"),
    State("privacidad", "new", "/privacidad/", "Ponemos a su disposición"),
    State("privacidad-error", "new", "/privacidad/", "palomee la casilla", steps.sending(),
          error=True),
    State("privacidad-aceptada", "offer", "/privacidad/", "Usted aceptó"),
    State("privacidad-integral", NOBODY, "/privacidad/integral/", "Aviso de privacidad integral"),
    # --- The quote
    State("panel-cotizacion", "offer", "/panel/", "Renovar mis productos"),
    State("panel-cotizacion-vencida", "lapsed", "/panel/", "Su cotización venció"),
    State("panel-sin-cotizacion", "none", "/panel/", "No tiene nada pendiente"),
    State("cotizacion", "offer", "/renovacion/", "$5,220.00"),
    State("cotizacion-larga", "long_offer", "/renovacion/", "Desoxirribonucleo"),
    State("cotizacion-error", "chooser", "/renovacion/", "Marque al menos un producto",
          steps.picking_nothing, error=True),
    State("cotizacion-vencida", "lapsed", "/renovacion/", "venció el"),
    State("cotizacion-ninguna", "none", "/renovacion/", "No tiene una cotización vigente"),
    State("confirmar", "offer", "/renovacion/", "A nombre de quién, y hasta cuándo",
          steps.sending(form="#quote", button="generate")),
    State("confirmar-larga", "long_offer", "/renovacion/", "A nombre de quién, y hasta cuándo",
          steps.sending(form="#quote", button="generate")),
    State("confirmar-otro-total", "offer", "/renovacion/confirmar/", "El total no coincide",
          steps.another_total),
    # --- The constancia, and the panel beside it
    *(
        State(f"{place}-{name}", who, address.format(who=who), sees)
        for name, who, *words in (
            # On the panel, on its own page, and where its proof is sent
            ("en-espera", "waiting", "espera el depósito", "espera el depósito", TO_SEND),
            ("por-vencer", "soon", "está por vencer", "está por vencer", TO_SEND),
            ("vence-hoy", "today", "vence hoy", "vence hoy", TO_SEND),
            ("vencida", "expired", "vencida desde el", *["está vencida: no la pague"] * 2),
            ("cancelada", "cancelled", "cancelada desde el", *["está cancelada: no la pague"] * 2),
            ("pagada-en-parte", "part", *["llegaron $500.00 de $1,305.00"] * 2, THE_REST),
            ("pagada-en-parte-tarde", "part_late", *["antes de depositar el resto"] * 2, THE_REST),
            ("en-revision", "review", *["Su comprobante está en revisión"] * 3),
            ("en-revision-tarde", "review_late", *["Le debemos una respuesta"] * 3),
            ("en-revision-en-parte", "review_part", *["confirmamos $500.00 de $1,305.00"] * 3),
            ("no-corresponde", "refused", *["Motivo: La foto no se lee"] * 3),
            ("pago-deshecho", "reverted", "espera el depósito", "espera el depósito", TO_SEND),
            ("pagada", "paid", "renovación está pagada", "constancia está pagada",
             "pago ya está confirmado"),
        )
        for place, address, sees in zip(PLACES, PLACES.values(), words, strict=True)
    ),
    State("constancia-larga", "long_offer", "/constancias/{long}/", "Desoxirribonucleo"),
    State("constancia-cancelar", "waiting", "/constancias/{waiting}/cancelar/", "¿Cancelar"),
    State("panel-recien-cancelada", "canceller", "/constancias/{canceller}/cancelar/",
          "quedó cancelada", steps.sending()),
    State("constancia-pdf-perdido", "lost", "/constancias/{lost}/pdf/", "El PDF no está"),
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
    State("comprobante-perdido", "lost", "/comprobantes/{lost_proof}/", "El archivo no está"),
    # --- History, invoices, claims
    State("historial-vacio", "offer", "/constancias/", "Todavía no ha generado ninguna"),
    State("historial-una", "waiting", "/constancias/", "Todas las que ha generado"),
    State("historial-largo", "veteran", "/constancias/", "cancelada"),
    State("factura", "waiting", "/constancias/{waiting}/factura/", "Solicitar mi factura"),
    State("factura-error", "waiting", "/constancias/{waiting}/factura/", "Hay un problema",
          steps.sending(rfc="X", name="", postal_code="1"), error=True),
    State("factura-solicitada", "waiting", "/constancias/{waiting}/factura/",
          "Su factura está solicitada", steps.ask_for_invoice),
    State("factura-en-espera", "asked", "/constancias/{asked}/factura/", "Factura solicitada"),
    State("factura-emitida", "issued", "/constancias/{issued}/factura/", "Folio fiscal"),
    State("factura-perdida", "lost", "/constancias/{lost}/factura/pdf/", "La factura no está"),
    State("constancia-facturada", "issued", "/constancias/{issued}/", "Descargar mi factura"),
    State("reclamo", "waiting", "/depositos/reclamar/", "Reclamar un depósito"),
    State("reclamo-error", "waiting", "/depositos/reclamar/", "Hay un problema", steps.sending(),
          error=True),
    State("reclamo-enviado", "waiting", "/depositos/reclamar/", "Recibimos su reclamo",
          steps.claim),
    State("reclamo-contestado", "claimant", "/depositos/reclamar/", "Lo encontramos."),
    State("reclamo-confirmado", "claimant_paid", "/depositos/reclamar/",
          "Hay un pago confirmado"),
    # --- Version 4.0
    State("aviso-4.0", "fresh", "/aviso-4.0/", "Continuar"),
    State("aviso-4.0-leido", "paid", "/aviso-4.0/", "Ir a mi panel"),
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
    State("cuenta-sin-contrasena", "without_password", "/contrasena/",
          "Todavía no tiene contraseña"),
    State("cuenta-segundo-factor", "offer", "/cuenta/2fa/aplicacion/", "Active su segundo factor"),
    State("cuenta-segundo-factor-error", "offer", "/cuenta/2fa/aplicacion/", "Hay un problema",
          steps.sending(code="1"), error=True),
    State("cuenta-quitar-factor", "secured", "/cuenta/2fa/aplicacion/quitar/",
          "Quitar la aplicación de códigos"),
    State("cuenta-llave", "offer", "/cuenta/2fa/llave/", "Agregar una llave de acceso"),
    State("cuenta-codigos", "secured", "/cuenta/2fa/codigos/", "ódigos de recuperación"),
    State("cuenta-codigos-nuevos", "secured", "/cuenta/2fa/codigos/nuevos/",
          "Generar códigos de recuperación"),
    State("cuenta-confirmar", "tired", "/cuenta/confirmar/?next=/cuenta/", "Confirme que es usted"),
    State("cuenta-confirmar-error", "tired", "/cuenta/confirmar/?next=/cuenta/", "Hay un problema",
          steps.sending(password="x"), error=True),
    State("cuenta-confirmar-codigo", "tired_secured", "/cuenta/confirmar/codigo/?next=/cuenta/",
          "Confirme que es usted"),
    State("cuenta-sesiones", "offer", "/cuenta/sesiones/", "Mis sesiones"),
    State("cuenta-salir", "offer", "/salir/", "¿Desea salir?"),
    # --- Distributors
    State("distribuidor", "distributor", "/distribuidor/", "Sus clientes"),
    State("distribuidor-sin-resultado", "distributor", "/distribuidor/?q=zzz", "Ver a todos"),
    State("distribuidor-sin-clientes", "distributor_new", "/distribuidor/",
          "Todavía no tiene clientes"),
    # --- What went wrong
    State("error-400", NOBODY, "/?q=%00", "No entendimos la solicitud"),
    State("error-403", "offer", "/distribuidor/", "Esta página es de los distribuidores"),
    State("error-404", NOBODY, "/no-existe/", "No encontramos esa página"),
    State("error-404-cliente", "offer", "/constancias/1234567/", "No encontramos esa página"),
    State("error-429", NOBODY, "/verificar/nada/", "Demasiados intentos", steps.too_often),
    State("error-500", NOBODY, "/falla/", "Algo falló de nuestro lado"),
    State("error-csrf", NOBODY, "/ingresar/", "La página caducó", steps.without_cookies),
]  # fmt: skip
