// What a visitor with scripts has besides: nothing here is needed to use the site.
"use strict";

// A slash leads to the search box, unless one is typing.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.getElementById("q");
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// Buttons that copy a text say so when they have.
for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies).textContent;
    const said = button.querySelector("span");
    said.setAttribute("role", "status");
    try {
      await navigator.clipboard.writeText(text.trim().replace(/\s+/g, " "));
      said.textContent = button.dataset.done;
    } catch {
      said.textContent = button.dataset.failed;
    }
  });
}

// The box over a long facet narrows its values down while one types; sent off, it looks for them among all there are.
for (const form of document.querySelectorAll("form.within")) {
  const values = [...form.parentElement.querySelectorAll("li")];
  const all = form.parentElement.querySelector("details");
  form.elements.find.addEventListener("input", (event) => {
    const sought = event.target.value.trim().toLowerCase();
    if (all && sought) all.open = true;
    for (const value of values) value.hidden = !value.textContent.toLowerCase().includes(sought);
  });
}
