// The total follows the boxes. Without this file the button "Recalcular el total" does the same.
"use strict";

const form = document.getElementById("quote");
const boxes = Array.from(form.querySelectorAll("input[type=checkbox]"));
const pesos = new Intl.NumberFormat("es-MX", { style: "currency", currency: "MXN" });

function recalculate() {
  // Whole cents and basis points: no fraction is lost on the way.
  const cents = boxes.filter((box) => box.checked).reduce((sum, box) => sum + Number(box.dataset.cents), 0);
  const basisPoints = Number(form.dataset.basisPoints);
  const iva = Math.floor((cents * basisPoints + 5000) / 10000);
  write("subtotal", pesos.format(cents / 100));
  write("iva", pesos.format(iva / 100));
  write("total", pesos.format((cents + iva) / 100) + "\u00a0MXN");
}

// Only what changed: a reader of screens says whatever is written.
function write(id, text) {
  const place = document.getElementById(id);
  if (place.textContent !== text) place.textContent = text;
}

// Hidden by the style sheet already, where the browser knows how.
document.getElementById("recalculate").hidden = true;
boxes.forEach((box) => box.addEventListener("change", recalculate));
// Also after "Back", when the browser puts the boxes back as they were.
window.addEventListener("pageshow", recalculate);
