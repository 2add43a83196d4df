from django import template

from facturamos.plain_text import to_html

register = template.Library()
register.filter("as_html", to_html)
