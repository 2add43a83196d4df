// A button beside each password shows it. Without this file the field stays an ordinary one.
"use strict";

document.querySelectorAll("input[type=password]").forEach((field) => {
  const place = document.createElement("div");
  const button = document.createElement("button");
  const which = document.createElement("span");
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.firstChild.data = shown ? "Ocultar" : "Mostrar";
  };
  which.className = "visually-hidden";
  which.textContent = " la " + field.labels[0].textContent.trim().toLowerCase();
  button.type = "button";
  button.className = "btn btn-outline-primary";
  button.append("Mostrar", which);
  button.addEventListener("click", () => show(field.type === "password"));
  // Else the browser would take it for a word to remember, and not for a password to keep.
  field.form.addEventListener("submit", () => show(false));
  // Shown, it is still no word of a language.
  field.spellcheck = false;
  field.autocapitalize = "off";
  place.className = "shown-password";
  place.classList.toggle("is-invalid", field.classList.contains("is-invalid"));
  field.replaceWith(place);
  place.append(field, button);
});
