"""CxC's desk."""

from payments.admin import bank_accounts, constancias, invoices, payments, proofs

__all__ = ["bank_accounts", "constancias", "invoices", "payments", "proofs"]
