// The queue's keys: Alt and a letter, in every browser. Without this file the letters are access
// keys, which each browser wants with a combination of its own.
"use strict";

const places = new Map();

document.querySelectorAll("[accesskey]").forEach((place) => {
  const letter = place.accessKey.toUpperCase();
  place.removeAttribute("accesskey"); // or the browser would press it a second time
  if (!places.has("Key" + letter)) {
    places.set("Key" + letter, place);
    place.setAttribute("aria-keyshortcuts", "Alt+" + letter);
  }
});

document.addEventListener("keydown", (event) => {
  const place = places.get(event.code);
  if (!place || !event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  event.preventDefault();
  if (place.type === "search") place.select();
  else place.click();
});
