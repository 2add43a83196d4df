// Two minutes before the session ends, offer to go on; when it ended, the way back to it that
// leaves what was typed where it is. Without this file the page says when the session ends.
"use strict";

// In a block: pages have scripts of their own beside this one.
{
  const clock = document.querySelector("[data-seconds]");
  const soon = clock.querySelector("[data-soon]");
  const ended = clock.querySelector("[data-ended]");
  const form = soon.querySelector("form");
  const unheard = soon.querySelector("[data-unheard]");
  const BEFORE = 120;
  let timer;
  let returnTo;

  const write = (selector, key, value) =>
    document.querySelectorAll(selector).forEach((each) => {
      each[key] = value;
    });

  // For how many seconds the session lives, or null when it ended or is somebody else's by now:
  // another tab may have extended it, ended it or begun another.
  const ask = async (method) => {
    const body = method === "POST" ? new FormData(form) : undefined;
    const answer = await fetch(form.action, { method, body, redirect: "manual" });
    if (answer.type === "opaqueredirect") return null;
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    if (String(told.user) !== clock.dataset.user) return null;
    unheard.hidden = true;
    write("[data-seconds] [data-end]", "textContent", told.at);
    write("[name=csrfmiddlewaretoken]", "value", told.token); // signing in changed it
    return told.seconds;
  };

  // The warning takes the focus, so that it is heard and at hand, and gives it back.
  const show = (box) => {
    const inside = clock.contains(document.activeElement);
    if (!inside) returnTo = document.activeElement;
    const isNew = box && box.hidden;
    soon.hidden = box !== soon;
    ended.hidden = box !== ended;
    if (isNew) box.focus();
    else if (!box && inside) returnTo.focus();
  };

  const wait = (seconds) => {
    clearTimeout(timer);
    if (seconds === null) return show(ended);
    show(seconds > BEFORE ? null : soon);
    const pause = seconds > BEFORE ? seconds - BEFORE : Math.min(15, seconds + 1);
    timer = setTimeout(look, pause * 1000);
  };

  const look = async () => {
    try {
      wait(await ask("GET"));
    } catch {
      clearTimeout(timer); // the network is away; the session may not be
      timer = setTimeout(look, 15000);
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const seconds = await ask("POST");
      soon.querySelector("[data-last]").hidden = seconds > BEFORE;
      wait(seconds);
    } catch {
      unheard.hidden = false;
      look();
    }
  });
  // A computer that sleeps stops the timers, not the session, and not every one says that it woke.
  let ticked = Date.now();
  setInterval(() => {
    const slept = Date.now() - ticked > 75000;
    ticked = Date.now();
    if (slept) look();
  }, 30000);
  // Back from another tab.
  document.addEventListener("visibilitychange", () => document.hidden || look());
  window.addEventListener("focus", look);

  wait(Number(clock.dataset.seconds));
}
