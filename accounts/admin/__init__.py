"""Customers, users and notices in the admin; the audit and the consents to read."""

from accounts.admin.audit import AuditEventAdmin
from accounts.admin.base import AuditedAdmin, ReadOnlyAdmin
from accounts.admin.campaigns import WelcomeCampaignAdmin
from accounts.admin.loading import TableImportAdmin
from accounts.admin.people import CustomerAdmin, DistributorAdmin, GroupAdmin, PortalUserAdmin
from accounts.admin.privacy import PrivacyConsentAdmin, PrivacyNoticeAdmin
from accounts.admin.texts import TextVersionAdmin

__all__ = [
    "AuditEventAdmin",
    "AuditedAdmin",
    "CustomerAdmin",
    "DistributorAdmin",
    "GroupAdmin",
    "PortalUserAdmin",
    "PrivacyConsentAdmin",
    "PrivacyNoticeAdmin",
    "ReadOnlyAdmin",
    "TableImportAdmin",
    "TextVersionAdmin",
    "WelcomeCampaignAdmin",
]
