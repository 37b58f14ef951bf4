// Forms that speak to /api/v1: data-method, data-path, data-body (else its fields, and what data-also says), data-then: "reload" or "secret" (shown once).

import { request } from "./api.js";
import { add } from "./keys.js";

/** The form's fields as the API wants them; a field's data-kind says what it is. */
function bodyOf(form) {
  if (form.dataset.body) return JSON.parse(form.dataset.body);
  const body = JSON.parse(form.dataset.also ?? "{}");
  for (const field of form.elements) {
    if (!field.name) continue;
    const kind = field.dataset.kind;
    // a choice that may be left open is left out
    if (kind === "id") {
      if (field.value) body[field.name] = Number(field.value);
    } else if (kind === "flag") body[field.name] = field.checked;
    else if (kind === "list" || kind === "ids") {
      body[field.name] ??= [];
      if (field.checked) body[field.name].push(kind === "ids" ? Number(field.value) : field.value);
    } else body[field.name] = field.value;
  }
  return Object.keys(body).length ? body : undefined;
}

function tell(form, answer) {
  const box = document.getElementById("secret");
  box.querySelector("[data-secret-title]").textContent = form.dataset.secretTitle;
  box.querySelector("[data-secret]").textContent = answer[form.dataset.secretName];
  box.hidden = false;
  box.focus();
  box.scrollIntoView({ block: "center" });
  if (form.id) form.reset();
}

async function send(form) {
  const problem = form.querySelector("[data-problem]");
  problem.hidden = true;
  try {
    const answer = await request(form.dataset.method, form.dataset.path, bodyOf(form));
    if (form.dataset.then === "secret") tell(form, answer);
    else location.reload();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-method]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.dataset.ask || window.confirm(form.dataset.ask)) send(form);
  });
}
for (const at of document.querySelectorAll("main [data-key]")) {
  add(at.dataset.key, at.dataset.label, () => {
    at.click();
    if (at.hash) document.querySelector(`${at.hash} input`)?.focus();
  });
}
