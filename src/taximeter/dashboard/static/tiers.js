// Rows of the table of tiers: added, removed, and numbered anew for those who do not see them.
"use strict";
(() => {
  const number = (body) => {
    [...body.rows].forEach((row, index) => {
      row.querySelectorAll("[aria-label]").forEach((element) => {
        element.setAttribute(
          "aria-label",
          element.getAttribute("aria-label").replace(/(tier) \d+/i, `$1 ${index + 1}`),
        );
      });
    });
    // Whoever draws the curve listens to the form.
    body.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("click", (event) => {
    const fields = event.target.closest(".tiers");
    if (!fields) return;
    const body = fields.querySelector("[data-tiers]");
    if (event.target.closest("[data-tier-add]")) {
      body.append(fields.querySelector("[data-tier]").content.cloneNode(true));
      number(body);
      body.rows[body.rows.length - 1].querySelector("input").focus();
    }
    const remove = event.target.closest("[data-tier-remove]");
    if (remove) {
      remove.closest("tr").remove();
      number(body);
      fields.querySelector("[data-tier-add]").focus();
    }
  });
})();
