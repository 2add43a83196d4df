// The passkey's ceremony: the browser signs, and the form carries what it signed.
"use strict";

const form = document.querySelector("[data-passkey]");
const button = form.querySelector("button");
const said = form.querySelector("[role=status]");
const options = JSON.parse(document.getElementById("passkey").textContent);

if (window.webauthnJSON && window.webauthnJSON.supported()) {
  button.hidden = false;
} else {
  button.remove();
  said.textContent = "Este navegador no conoce las llaves de acceso; use otra manera.";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const credential = form.dataset.passkey === "add"
      ? await window.webauthnJSON.create(options.creation_options)
      : await window.webauthnJSON.get(options.request_options);
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch {
    said.textContent = "Su equipo no confirmó la llave. Inténtelo de nuevo o use otra manera.";
  }
});
