"""What the audit says of the desk's own pages."""

from accounts.audit_sentences import Words

WORDS = Words(
    says={
        "Lecturas y descargas": {
            "month_pack.downloaded": "descargó el cierre de {month} en {format}",
        }
    },
    labels={"month": "mes"},
)
