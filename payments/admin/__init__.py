"""CxC's desk."""

from payments.admin import bank_accounts, constancias

__all__ = ["bank_accounts", "constancias"]
