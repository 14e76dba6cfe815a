// Blocks that ask for themselves again: they wait while nobody looks, or somebody holds them.
"use strict";
(() => {
  const paused = new Set();

  const held = (element) => {
    const selection = window.getSelection();
    const selecting = selection && !selection.isCollapsed && element.contains(selection.anchorNode);
    return document.hidden || selecting || element.contains(document.activeElement);
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const element = event.target;
    if (!(element instanceof HTMLElement) || !("live" in element.dataset)) return;
    if (paused.has(element.id) || held(element)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pauses]");
    if (!button) return;
    const id = button.dataset.pauses;
    if (paused.has(id)) paused.delete(id);
    else paused.add(id);
    button.setAttribute("aria-pressed", String(paused.has(id)));
  });
})();
