// Look-alikes: who dismissed three in a row of one camera and rule for one reason is shown the rest of them, with their
// pictures, and may dismiss those at once. A picture that is no look-alike is left out with a click.

import { page, request } from "./api.js";
import { add, remove } from "./keys.js";
import { t } from "./text.js";
import { toast } from "./toast.js";
import { remember, tellKept } from "./verdict.js";

const OFFER_AT = 3;

export class Alike {
  #row = { of: "", length: 0 };
  #reason = "";

  /**
   * `undo()`: take the last verdict back. `done(dismissed)`: these were, as {code, version}. `shown()`: a promise of
   * {code, version} of the incident on stage, once its claim has arrived: that is no change which others made.
   */
  constructor({ undo, done, shown }) {
    this.undo = undo;
    this.done = done;
    this.shown = shown;
  }

  get panel() {
    return document.getElementById("alike");
  }

  /** A verdict was kept. */
  async follow(move, incident, reason) {
    const of = move === "dismiss" ? `${incident.camera}/${incident.rule_name}/${reason}` : "";
    this.#row = { of, length: of && of === this.#row.of ? this.#row.length + 1 : 1 };
    if (!of || this.#row.length < OFFER_AT) {
      this.#close();
      return;
    }
    const row = this.#row;
    const found = await page(`/review/${incident.code}/alike?reason=${reason}`).catch(() => null);
    if (row === this.#row) this.#offer(found?.getElementById("alike"), reason);
  }

  /** No row any more. */
  forget() {
    this.#row = { of: "", length: 0 };
    this.#close();
  }

  #offer(found, reason) {
    this.#close();
    if (!found?.querySelector("[data-alike]")) return;
    this.#reason = reason;
    document.querySelector(".review").append(document.importNode(found, true));
    this.panel.addEventListener("click", (event) => this.#click(event));
    add("a", t("Loại các cảnh báo giống nhau"), () => this.#dismiss());
  }

  #close() {
    this.panel?.remove();
    remove("a");
  }

  #click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if ("alike" in button.dataset) button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    else if ("dismissAlike" in button.dataset) this.#dismiss();
    else this.forget();
  }

  async #dismiss() {
    const chosen = [...this.panel.querySelectorAll('[data-alike][aria-pressed="true"]')];
    const incidents = chosen.map(({ dataset }) => ({ code: dataset.alike, version: Number(dataset.version) }));
    if (incidents.length === 0) return;
    const reason = this.#reason;
    this.#close();
    const own = await this.shown();
    for (const each of incidents) if (each.code === own.code) each.version = own.version;
    try {
      const answer = await request("POST", "/api/v1/review/dismissals", { incidents, reason });
      const kept = remember(Promise.resolve(answer.dismissed.length ? answer.dismissed : null));
      this.done(answer.dismissed);
      const said = t("Đã loại %(n)s cảnh báo giống nhau.", { n: answer.dismissed.length });
      const codes = answer.left.map(({ code }) => code).join(", ");
      const left = codes && t("Vừa thay đổi nên để lại: %(codes)s.", { codes });
      const whole = [said, left].join(" ").trim();
      if (answer.dismissed.length) tellKept(kept, whole, this.undo);
      else toast(whole, { late: true });
    } catch (error) {
      toast(error.message, { late: true });
    }
  }
}
