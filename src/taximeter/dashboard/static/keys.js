// The keyboard, and the little that forms need beyond HTML.
"use strict";
(() => {
  const dialog = () => document.getElementById("keys");
  const typing = (element) =>
    element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
  let going = false;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (going) {
      going = false;
      const entry = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
      if (entry) entry.click();
      return;
    }
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (event.key === "?") {
      if (dialog()) dialog().showModal();
    } else if (event.key === "g") {
      going = true;
      setTimeout(() => (going = false), 1500);
    }
  });

  document.addEventListener("click", (event) => {
    const copies = event.target.closest("[data-copies]");
    if (copies) {
      const field = document.getElementById(copies.dataset.copies);
      field.select();
      navigator.clipboard?.writeText(field.value).then(() => (copies.textContent = "Copied"));
    }
    if (event.target.closest("[data-keys-help]") && dialog()) dialog().showModal();
    document.querySelectorAll("details.environment[open]").forEach((one) => {
      if (!one.contains(event.target)) one.open = false;
    });
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.submit();
    const most = Number(event.target.dataset.bytesMax);
    if (most && event.target.files) {
      const large = [...event.target.files].some((one) => one.size > most);
      event.target.setCustomValidity(large ? "This file is larger than is taken here." : "");
      event.target.reportValidity();
    }
  });

  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
})();
