"""CxC's desk for what the bank says."""

from reconciliation.admin import claims, movements, statements, tables

__all__ = ["claims", "movements", "statements", "tables"]
