"""The panel and a constancia's own page, as their reader sees them."""

import re
from datetime import timedelta

from django.utils import timezone

from facturamos.dates import long_date
from tests.payments.proof_samples import text_of

PRIMARY = re.compile(r'<(?:a|button)[^>]*class="[^"]*btn-primary[^"]*"[^>]*>(.*?)</', re.DOTALL)


def _main(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def _found(pattern: str, html: str) -> str:
    (found,) = re.findall(pattern, html, re.DOTALL)
    return found.strip()


class Seen:
    """A panel as its reader sees it."""

    def __init__(self, client, path: str = "/panel/") -> None:
        page = client.get(path)
        assert page.status_code == 200
        self.html = page.content.decode()
        self.text = text_of(page)
        state = self.html[self.html.index('<section class="state') :]
        state = state[: state.index("</section>")]
        self.mark = _found(r'<p class="state-mark">.*?</svg>(.*?)</p>', state)
        self.heading = _found(r'<h2 id="estado">(.*?)</h2>', state)
        self.when = _found(r'<p class="when">.*?<strong>(.*?)</strong>', state)
        (self.primary,) = (found.strip() for found in PRIMARY.findall(_main(self.html)))
        self.has_timeline = 'class="timeline"' in self.html


def day(days: int) -> str:
    return long_date(timezone.localdate() + timedelta(days=days))
