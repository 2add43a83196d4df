// A button beside each datum of the payment. Without this file the same data can be selected.
"use strict";

const status = document.getElementById("copied");

document.querySelectorAll("[data-copy]").forEach((place) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm btn-outline-primary copy";
  button.textContent = "Copiar";
  button.setAttribute("aria-label", "Copiar " + place.dataset.copyName);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(place.dataset.copy);
      status.textContent = "Copiado: " + place.dataset.copy;
      button.textContent = "Copiado";
    } catch {
      status.textContent = "Su navegador no dejó copiar; seleccione el dato y cópielo.";
    }
  });
  place.append(" ", button);
});
