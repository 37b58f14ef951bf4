// The keys of this page, and the table that "?" shows: one registry, so the table cannot lie.

import { t } from "./text.js";

const table = new Map();

/** `run` when `key` (KeyboardEvent.key, lower case; " " for space) is pressed outside a field. */
export function add(key, label, run) {
  table.set(key, { label, run });
}

/** A row of the table for a key that another part of the page listens to. */
export function tell(key, label) {
  table.set(key, { label, run: null });
}

/** Forget a key. */
export function remove(key) {
  table.delete(key);
}

const SHOWN = { escape: "Esc", arrowup: "↑", arrowdown: "↓", "-": "−" };

function shown(key) {
  return key === " " ? t("Phím cách") : (SHOWN[key] ?? key.toUpperCase());
}

/** Open the key table. */
export function help() {
  const dialog = document.getElementById("key-dialog");
  const body = dialog.querySelector("tbody");
  body.replaceChildren(
    ...[...table].map(([key, { label }]) => {
      const row = document.createElement("tr");
      const name = row.insertCell();
      const mark = document.createElement("kbd");
      mark.textContent = shown(key);
      name.append(mark);
      row.insertCell().textContent = label;
      return row;
    }),
  );
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const at = event.target;
  const writes = at.closest?.("textarea, select, input:not([type=range])");
  if (writes) {
    if (event.key === "Escape") at.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  const presses = at.closest?.("button, a, summary");
  if (presses && (event.key === " " || event.key === "Enter")) return;
  const entry = table.get(event.key.toLowerCase());
  if (!entry?.run) return;
  event.preventDefault();
  entry.run();
});
