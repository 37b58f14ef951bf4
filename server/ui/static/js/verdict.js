// The decision panel: buttons and keys that give a verdict, its undo, and what a colleague's verdict looks like.

import { ApiError, page, request } from "./api.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const SAID = {
  confirm: (code) => t("Đã xác nhận %(code)s.", { code }),
  dismiss: (code) => t("Đã loại bỏ %(code)s.", { code }),
  claim: (code) => t("Bạn đang xem %(code)s.", { code }),
  release: (code) => t("Đã trả %(code)s lại hàng chờ.", { code }),
  undo: (code) => t("Đã hoàn tác %(code)s.", { code }),
};
const KEPT = (code) => t("Đã ghi nhận cho %(code)s.", { code });
const COLLEAGUE = {
  confirm: (who, code) => t("%(who)s vừa xác nhận %(code)s.", { who, code }),
  dismiss: (who, code) => t("%(who)s vừa loại bỏ %(code)s.", { who, code }),
  undo: (who, code) => t("%(who)s vừa hoàn tác %(code)s.", { who, code }),
  claim: (who, code) => t("%(who)s đang xem %(code)s.", { who, code }),
  release: (who, code) => t("%(who)s vừa trả lại %(code)s.", { who, code }),
};
const CHANGED = (who, code) => t("%(who)s vừa xử lý %(code)s.", { who, code });
const FINAL = new Set(["confirm", "dismiss", "remind", "pledge", "penalise", "transfer", "resolve"]);

export class Decision {
  /**
   * `root`: the element #case. `decided(move, incident)` is called after a verdict was kept, `undone(code)` after the
   * toast's or U's undo, `stale()` when a colleague was faster and the panel must be read anew.
   */
  constructor(root, { decided, undone, stale }) {
    this.root = root;
    this.decided = decided;
    this.undone = undone;
    this.stale = stale;
    this.busy = false;
    this.last = null;
    root.addEventListener("click", (event) => this.#click(event));
  }

  get panel() {
    return this.root.querySelector("#decision");
  }

  get reasons() {
    return this.root.querySelector("#reasons");
  }

  get choosing() {
    return Boolean(this.reasons && !this.reasons.hidden);
  }

  #click(event) {
    const button = event.target.closest("button");
    if (!button || !this.root.contains(button)) return;
    const { move, reason } = button.dataset;
    if (move) this.give(move);
    else if (reason) this.give("dismiss", reason);
    else if ("openReasons" in button.dataset) this.choose(true);
    else if ("closeReasons" in button.dataset) this.choose(false);
    else if ("writeNote" in button.dataset) this.write();
  }

  allows(move) {
    return (this.panel?.dataset.moves ?? "").split(" ").includes(move);
  }

  /** Open or close the nine reasons. */
  choose(open) {
    if (!this.reasons) return;
    this.reasons.hidden = !open;
    const opener = this.root.querySelector("[data-open-reasons]");
    opener.setAttribute("aria-expanded", String(open));
    opener.hidden = open;
    const confirm = this.root.querySelector('[data-move="confirm"]');
    if (confirm) confirm.hidden = open;
    this.root.querySelector("[data-choices]").classList.toggle("choices-choosing", open);
    (open ? this.reasons.querySelector("[data-reason]") : opener).focus({ preventScroll: true });
  }

  /** A number key: a reason while reasons are open, else 1 confirms and 2 opens them. */
  digit(number) {
    if (this.choosing) this.reasons.querySelectorAll("[data-reason]")[number - 1]?.click();
    else if (number === 1 && this.allows("confirm")) this.give("confirm");
    else if (number === 2 && this.allows("dismiss")) this.choose(true);
  }

  write() {
    const field = this.root.querySelector("[data-note-field]");
    if (!field) return;
    field.hidden = false;
    field.querySelector("textarea").focus();
  }

  claimOrRelease() {
    if (this.allows("release")) this.give("release");
    else if (this.allows("claim")) this.give("claim");
  }

  async give(move, reason = null) {
    if (this.busy || !this.panel) return;
    const { code } = this.root.dataset;
    const note = this.root.querySelector("#note")?.value.trim() ?? "";
    const body = { move, reason, note, version: Number(this.panel.dataset.version) };
    const kept = await this.#send(code, body);
    if (!kept) return;
    const undo = { code, version: kept.version };
    this.last = FINAL.has(move) ? undo : null;
    const words = (SAID[move] ?? KEPT)(code);
    this.takeAway = toast(words, FINAL.has(move) ? { action: { label: `${t("Hoàn tác")} (U)`, run: () => this.undo() } } : {});
    this.decided(move, kept);
  }

  /** Take the last verdict of this page back, or that of the incident that is shown. */
  async undo() {
    if (this.last === null) {
      if (this.allows("undo")) await this.give("undo");
      return;
    }
    const { code, version } = this.last;
    const kept = await this.#send(code, { move: "undo", reason: null, note: "", version });
    if (!kept) return;
    this.last = null;
    this.takeAway?.();
    toast(SAID.undo(code));
    this.undone(code);
  }

  async #send(code, body) {
    if (this.busy) return null;
    this.busy = true;
    try {
      return await request("POST", `/api/v1/incidents/${code}/verdicts`, body);
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) this.#conflict(code, error.problem?.current);
      else toast(error.message, { late: true });
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** What was looked at is no longer all there is: say who did what, or what arrived, and show how it stands now. */
  #conflict(code, current) {
    const by = current && current.verdicts.length > Number(this.panel.dataset.verdicts) ? current.verdicts.at(-1) : null;
    const said = by ? (COLLEAGUE[by.move] ?? CHANGED)(by.officer, code) : t("%(code)s vừa có thêm sự việc; xem lại rồi quyết định.", { code });
    toast(said, { late: true });
    this.stale();
  }
}

/** A fresh #case of the page at `path`, ready to be put in place; null when the page has none. */
export async function freshCase(path) {
  const found = (await page(path)).getElementById("case");
  return found && document.importNode(found, true);
}
