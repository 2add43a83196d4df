from django import template

from accounts.plain_text import to_html

register = template.Library()
register.filter("as_html", to_html)
