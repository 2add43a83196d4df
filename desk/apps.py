from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class DeskConfig(AppConfig):
    """The company's desk: what needs a person, one search, customers' pages, the month's pack."""

    name = "desk"
    verbose_name = "Escritorio"
    default = True


class DeskAdminConfig(admin_apps.AdminConfig):
    """Django's admin, on our site."""

    default_site = "desk.site.DeskSite"
    default = False
