// What is done to an incident beside judging it: each form says which deed it is, each field what it changes.

import { ApiError, request } from "./api.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

/** The form's fields as the API wants them: numbers, yes or no, texts. */
export function values(form) {
  const found = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox") found[field.name] = field.checked;
    else found[field.name] = field.type === "number" ? Number(field.value) : field.value;
  }
  return found;
}

/** Watch the forms under `root` (#case); `done()` after a deed; `stale(form)` when it was filled in on what is no longer so. */
export function watchDeeds(root, { done, stale }) {
  const address = () => `/api/v1/incidents/${root.dataset.code}`;

  async function send(method, path, body, form = null) {
    try {
      await request(method, path, body);
      toast(t("Đã lưu."));
    } catch (error) {
      toast(error.message, { late: true });
      if (!(error instanceof ApiError) || error.status !== 409) return;
      if (form?.closest("details")) {
        stale(form);
        return;
      }
    }
    done();
  }

  root.addEventListener("submit", (event) => {
    const form = event.target;
    const { deed, camera, rule } = form.dataset;
    if (!deed && !rule) return;
    event.preventDefault();
    const body = values(form);
    if (rule) {
      send("POST", "/api/v1/snoozes", { camera: Number(camera), rule_name: rule, ...body });
      return;
    }
    if (deed === "hold" || deed === "lift") {
      send(deed === "hold" ? "PUT" : "DELETE", `${address()}/hold`, deed === "hold" ? body : undefined);
      return;
    }
    if (deed !== "links") body.version = Number(root.querySelector("#handling").dataset.version);
    if (deed === "assign") body.to ||= null;
    if (deed === "facts") send("PATCH", address(), body, form);
    else send("POST", `${address()}/${deed}`, body, form);
  });

  root.addEventListener("click", (event) => {
    const fills = event.target.closest("[data-fill]");
    if (fills) {
      const field = document.getElementById(fills.dataset.fill);
      field.value = fills.dataset.code;
      field.closest("form").elements.note.focus();
    }
    const wakes = event.target.closest("[data-wake]");
    if (wakes) send("DELETE", `/api/v1/snoozes/${wakes.dataset.wake}`);
    const button = event.target.closest("[data-unlink]");
    if (button) send("DELETE", `${address()}/links/${button.dataset.unlink}`);
  });
}

/** Open a deed's form and put the cursor in it. */
export function openDeed(name) {
  const place = document.getElementById(`deed-${name}`);
  if (!place) return;
  place.open = true;
  place.querySelector("input, select")?.focus();
}
