"""How many bytes a page takes on its way, as the browser counts them: headers and bodies."""

from playwright.sync_api import Page


class Scales:
    """Weighs the last page that was opened; what the browser had kept weighs nothing."""

    def __init__(self, page: Page) -> None:
        self._parts: dict[str, int] = {}
        self._urls: dict[str, str] = {}
        self._protocol = page.context.new_cdp_session(page)
        self._protocol.on("Network.requestWillBeSent", self._begin)
        self._protocol.on("Network.loadingFinished", self._end)
        self._protocol.send("Network.enable")

    def _begin(self, event: dict) -> None:
        if event["type"] == "Document":
            self._parts.clear()
        self._urls[event["requestId"]] = event["request"]["url"]

    def _end(self, event: dict) -> None:
        url = self._urls.get(event["requestId"], "")
        self._parts[url.rpartition("/static/")[2]] = round(event["encodedDataLength"])

    def weight(self) -> int:
        """In bytes."""
        return sum(self._parts.values())

    def heavier_than(self, most: int) -> list[str]:
        """A sentence when it is."""
        weight = self.weight()
        parts = {url: size for url, size in self._parts.items() if size}
        return [f"{weight} bytes are more than {most}: {parts}"] if weight > most else []
