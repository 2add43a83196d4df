"""Every text that the company may change, with the words it has until others are published.

What the customer's manual says stands word for word. Knows no Django.
"""

from facturamos.texts.kinds import Kind, Place, Text

_DISTRIBUTOR = (
    "o_a_su_distribuidor",
    "«o a su distribuidor» y su nombre, si el cliente tiene uno; si no, nada",
)
_REFERENCE = ("referencia", "el número de referencia")
_TO_TYPE = (
    _REFERENCE,
    ("importe", "el importe exacto, sin signo ni comas"),
    ("concepto", "lo que se escribe como concepto o motivo"),
)

_ALL = (
    # What reaches people, from the last page of the manual.
    Text(
        "contacts.sales_email",
        "Correo de ventas",
        Place.HELP,
        Kind.MAIL,
        "ventas@sistemasperseo.com",
    ),
    Text(
        "contacts.phones",
        "Teléfonos por ciudad",
        Place.HELP,
        Kind.PHONES,
        "Ciudad Juárez: 656-616-8770\nCDMX: 55-9001-5018\nTorreón: 871-722-5850\n"
        "Mérida: 999-981-0444\nChihuahua: 614-414-5531",
    ),
    Text(
        "contacts.hours",
        "Horario de atención",
        Place.HELP,
        Kind.LINE,
        "Lunes a viernes de 9:00 a 18:00, hora de Ciudad Juárez",
        to_confirm=True,
    ),
    Text(
        "help.questions",
        "A quién preguntar",
        Place.HELP,
        Kind.LINE,
        "Para cualquier duda mande un correo al área de ventas:",
        note="Debajo va el correo de ventas.",
    ),
    Text(
        "contacts.sender_email",
        "Correo que envía los avisos",
        Place.SIGN_IN,
        Kind.MAIL,
        "facturamos@sistemasperseo.com",
        note=(
            "Cambia lo que dicen las páginas. Desde qué dirección salen los correos lo decide "
            "quien administra el servidor: cámbienla a la vez."
        ),
    ),
    Text(
        "sign_in.no_user_distributor",
        "¿No tiene usuario o contraseña? Si sabemos quién es su distribuidor",
        Place.SIGN_IN,
        Kind.LINE,
        "Se los enviamos desde {correo_remitente}. Si no los encuentra, comuníquese con su "
        "distribuidor, {distribuidor}.",
        own=(("distribuidor", "el nombre, el teléfono y el correo de su distribuidor"),),
        needs=("distribuidor",),
    ),
    Text(
        "sign_in.no_user",
        "¿No tiene usuario o contraseña?",
        Place.SIGN_IN,
        Kind.LINE,
        "Se los enviamos desde {correo_remitente}. Si no los encuentra, comuníquese con su "
        "distribuidor. Si no sabe quién es, escríbanos o llámenos: los teléfonos están al pie de "
        "la página.",
    ),
    Text(
        "panel.why_renew",
        "Por qué renovar",
        Place.PANEL,
        Kind.LINE,
        "Para emitir facturas en la versión 4.0 primero hay que renovar y que confirmemos su pago.",
        note="Solo lo ve quien todavía tiene la versión 3.3.",
    ),
    # The quote, and what comes before the constancia.
    Text(
        "quote.lead",
        "Presentación de la cotización",
        Place.QUOTE,
        Kind.LINE,
        "Estimado Cliente: Le presentamos la cotización para la renovación de sus productos. Favor "
        "de marcar los productos que desea renovar, para generar su referencia y pueda realizar "
        "su pago.",
    ),
    Text(
        "no_quote.none",
        "Todavía no tiene cotización",
        Place.NO_QUOTE,
        Kind.LINE,
        "Cuando le preparemos una, la verá aquí al entrar. Si la espera desde hace días, escriba a "
        "{correo_ventas} {o_a_su_distribuidor}.",
        own=(_DISTRIBUTOR,),
    ),
    Text(
        "no_quote.expired",
        "Su cotización venció",
        Place.NO_QUOTE,
        Kind.LINE,
        "La última venció el {vencio}. Pida una nueva a {correo_ventas} {o_a_su_distribuidor}.",
        own=(_DISTRIBUTOR, ("vencio", "el día en que venció")),
    ),
    Text(
        "confirm.message",
        "Mensaje antes de generar la constancia",
        Place.CONFIRM,
        Kind.LINE,
        "Si después de leer este mensaje desea generar la hoja de pago, dé clic en «Aceptar». Si "
        "no desea continuar, dé clic en «Cancelar».",
    ),
    # The constancia: how to pay, and what comes after.
    Text(
        "contacts.cxc_email",
        "Correo de CxC, al que van los comprobantes",
        Place.CONSTANCIA,
        Kind.MAIL,
        "cxc@sistemasperseo.com",
        note="El portal envía aquí cada comprobante que llega: revise que alguien lo lea.",
    ),
    Text(
        "contacts.site",
        "Sitio",
        Place.PAPER,
        Kind.SITE,
        "www.facturamos.com.mx",
    ),
    Text(
        "contacts.promise_hours",
        "Promesa: en cuántas horas se confirma un pago",
        Place.CONSTANCIA,
        Kind.HOURS,
        "24",
        note=(
            "También es el plazo de las tareas del escritorio. Vale desde ahora para todos, "
            "también para los comprobantes que ya están en revisión."
        ),
    ),
    Text(
        "contacts.banks",
        "Bancos donde se puede pagar",
        Place.CONSTANCIA,
        Kind.LIST,
        "BBVA\nBanBajío\nHSBC\nSantander\nBanamex\nScotiabank\nBanorte",
    ),
    Text(
        "payment.instruction",
        "Instrucción de pago",
        Place.CONSTANCIA,
        Kind.LINE,
        "Realizar el pago en línea o ventanilla de cualquier banco.",
        note="También va en el PDF.",
    ),
    Text(
        "payment.reference",
        "Importancia de la referencia",
        Place.PAPER,
        Kind.LINE,
        "Es importante que al realizar su pago mencione el NÚMERO DE REFERENCIA: escríbalo en el "
        "campo referencia y también en el concepto o motivo de pago. Entre cuentas BBVA no hay "
        "campo de referencia.",
    ),
    Text(
        "payment.any_bank",
        "En qué bancos, y la referencia tal cual",
        Place.CONSTANCIA,
        Kind.LINE,
        "Puede pagar en cualquier banco, por ejemplo {bancos}. Escriba la referencia tal cual: sin "
        "ella no sabemos de quién es el depósito.",
        own=(("bancos", "los nombres de los bancos"),),
    ),
    Text(
        "payment.ceiling",
        "Aviso para importes grandes",
        Place.CONSTANCIA,
        Kind.LINE,
        "Es probable que este importe supere el tope de transferencias de su banca en línea (de "
        "fábrica, unos {tope}). Súbalo antes en su aplicación, o pague en ventanilla.",
        own=(("tope", "el tope usual de los bancos"),),
        note="Solo se muestra cuando el total pasa del tope.",
    ),
    Text(
        "payment.after",
        "Qué hacer después de pagar",
        Place.PAPER,
        Kind.LINE,
        "Envíe su comprobante, solicite su factura y activación de su versión 4.0 al correo "
        "{correo_cxc}, mencionando la referencia {referencia}. Confirmaremos su pago en {horas} "
        "horas.",
        own=(_REFERENCE,),
    ),
    Text(
        "payment.by_mail",
        "El comprobante por correo",
        Place.CONSTANCIA,
        Kind.LINE,
        "También puede mandarlo, y solicitar su factura y la activación de su versión 4.0, al "
        "correo {correo_cxc}, mencionando la referencia {referencia}.",
        own=(_REFERENCE,),
    ),
    Text(
        "channels.bbva",
        "Cómo pagar desde BBVA",
        Place.CONSTANCIA,
        Kind.STEPS,
        "BBVA en línea o aplicación\n"
        "Transfiera a la cuenta BBVA de arriba.\n"
        "Escriba el importe exacto: {importe}\n"
        "No hay campo de referencia: escríbala al principio del motivo de pago: {concepto}",
        own=_TO_TYPE,
        needs=("importe", "concepto"),
    ),
    Text(
        "channels.spei",
        "Cómo pagar desde otro banco",
        Place.CONSTANCIA,
        Kind.STEPS,
        "Otro banco, por transferencia (SPEI)\n"
        "Transfiera a la CLABE de arriba.\n"
        "Escriba el importe exacto: {importe}\n"
        "En «referencia numérica» borre lo que haya (suele ser la fecha) y escriba: {referencia}\n"
        "En «concepto de pago» escriba: {concepto}",
        own=_TO_TYPE,
        needs=("importe", "referencia"),
    ),
    Text(
        "channels.counter",
        "Cómo pagar en ventanilla",
        Place.CONSTANCIA,
        Kind.STEPS,
        "Ventanilla de cualquier banco\n"
        "Lleve la constancia impresa, o muéstrela en su teléfono.\n"
        "Pida que capturen la referencia: {referencia}\n"
        "Pague el importe exacto y guarde el comprobante: {importe}",
        own=_TO_TYPE,
        needs=("importe", "referencia"),
    ),
    Text(
        "channels.cash",
        "Cómo pagar en cajero automático",
        Place.CONSTANCIA,
        Kind.STEPS,
        "Cajero automático de BBVA que acepte depósitos\n"
        "Deposite a la cuenta de arriba el importe exacto. El cajero solo recibe billetes: si su "
        "total lleva centavos o monedas, pague de otra forma. {importe}\n"
        "Si el cajero pide un motivo o referencia, escriba: {referencia}\n"
        "Guarde el comprobante y envíelo: sin él cuesta más reconocer el depósito.",
        own=_TO_TYPE,
        needs=("importe", "referencia"),
    ),
    # Once it is paid.
    Text(
        "version_4.lead",
        "Anuncio de la versión 4.0",
        Place.VERSION_4,
        Kind.LINE,
        "Estimado cliente: recibimos su pago y su panel de facturación (donde emite sus facturas, "
        "en {sitio}) está listo para la factura electrónica versión 4.0.",
    ),
    Text(
        "version_4.steps",
        "Qué hacer antes de la primera factura",
        Place.VERSION_4,
        Kind.TEXT,
        "Antes de emitir su primera factura, prepare su panel de facturación con los pasos del "
        "manual: sus datos fiscales y los de sus clientes, sus certificados y una factura de "
        "prueba.",
    ),
)

CATALOGUE = {text.key: text for text in _ALL}
