// The buttons beside each datum of the payment. Without this file the same data can be selected.
"use strict";

const told = document.getElementById("copied");
const buttons = Array.from(document.querySelectorAll("button[data-copy]"));

function say(button, word) {
  button.querySelector("span").textContent = word;
}

buttons.forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", async () => {
    buttons.forEach((other) => say(other, "Copiar"));
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      say(button, "Copiado");
      told.textContent = "Copiado: " + button.dataset.copy;
    } catch {
      told.className = "note";
      told.textContent = "Su navegador no dejó copiar; seleccione el dato y cópielo.";
    }
  });
});
