// The form that creates a meter: an event name suggested from the name, and Enter kept harmless.
"use strict";
(() => {
  const suggested = (name) =>
    name
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 100);
  let last = "";

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-suggests-from]")) return;
    const to = document.querySelector("[data-suggests-to]");
    // What was typed by hand is left alone.
    if (!to || (to.value && to.value !== last)) return;
    last = to.value = suggested(event.target.value);
  });

  document.addEventListener("keydown", (event) => {
    // Enter in an example would send the form that it belongs to.
    if (event.key === "Enter" && event.target.matches("[data-example]")) event.preventDefault();
  });
})();
