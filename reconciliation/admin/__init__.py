"""CxC's desk for what the bank says."""

from reconciliation.admin import claims, movements, payments, statements, tables

__all__ = ["claims", "movements", "payments", "statements", "tables"]
