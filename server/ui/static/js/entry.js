// Enter an incident by hand, and go to it.

import { request } from "./api.js";
import { values } from "./deeds.js";
import { zone } from "./text.js";

/** The instant of a wall clock in the site's zone ("2026-03-01T21:30"), whatever the browser's own zone is. */
function instant(local) {
  const guess = Date.parse(`${local}Z`);
  const form = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  const shown = Date.parse(`${form.format(guess).replace(" ", "T")}Z`);
  return new Date(guess - (shown - guess)).toISOString();
}

const form = document.getElementById("entry");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { exercise, occurred_at: local, ...body } = values(form);
  body.occurred_at = instant(local);
  body.status = exercise ? "exercise" : "actual";
  if (!body.category) delete body.category;
  const problem = document.getElementById("entry-problem");
  problem.hidden = true;
  try {
    const made = await request("POST", "/api/v1/incidents", body);
    location.assign(`/incidents/${made.code}`);
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
});
