// Two minutes before the session ends, offer to go on. Without this file the page says when it ends.
"use strict";

const clock = document.querySelector("[data-seconds]");
const warning = clock.querySelector("form");
const BEFORE = 120;

// The answer says for how many seconds the session lives: another tab may have extended it.
const ask = async (method) => {
  const body = method === "POST" ? new FormData(warning) : undefined;
  const answer = await fetch(warning.action, { method, body, redirect: "error" });
  return (await answer.json()).seconds;
};

const wait = (seconds) => {
  warning.hidden = seconds > BEFORE;
  const pause = seconds > BEFORE ? seconds - BEFORE : 15;
  setTimeout(look, Math.max(1, pause) * 1000);
};

const look = async () => {
  try {
    wait(await ask("GET"));
  } catch {
    warning.hidden = false;
    warning.querySelector("p").textContent =
      "Su sesión terminó. Copie lo que no haya enviado e inicie sesión de nuevo.";
    warning.querySelector("button").hidden = true;
  }
};

warning.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    warning.hidden = (await ask("POST")) > BEFORE;
  } catch {
    look();
  }
});

wait(Number(clock.dataset.seconds));
