from django.contrib.staticfiles import apps


class StaticFilesConfig(apps.StaticFilesConfig):
    """Django's own, without the builds of Bootstrap that no page uses."""

    ignore_patterns = [*apps.StaticFilesConfig.ignore_patterns, "bootstrap[-.][!m]*", "*.rtl.*"]
