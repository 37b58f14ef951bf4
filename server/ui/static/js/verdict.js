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
/** Moves that judge: the incident waits no more, and the move can be taken back. */
const FINAL = new Set(["confirm", "dismiss", "remind", "pledge", "penalise", "transfer", "resolve"]);
/** What this page gave, latest last: {parts: [{code, version}]}, or a promise of it while it is on its way. */
const given = [];

/** Remember a verdict for undo. `kept`: a promise of [{code, version}], null when it was not kept. Returns it. */
export function remember(kept) {
  given.push(kept);
  kept.then((parts) => {
    const at = given.indexOf(kept); // -1: an undo waits for it already
    if (!parts && at >= 0) given.splice(at, 1);
  });
  return kept;
}

/**
 * Say that a verdict was kept, with the button that takes the last one back. Of an earlier one that arrives after it
 * nothing is said: the button under its name would take back the other.
 */
export function tellKept(kept, text, undo) {
  if (given.at(-1) === kept) toast(text, { action: { label: `${t("Hoàn tác")} (U)`, run: undo } });
}

/**
 * Put the server's fresh parts of a case in place: [old, fresh] of each. A note that was begun and not sent stays as it
 * is, whichever of the parts it stands in now and then.
 */
export function replaceParts(parts) {
  const field = (which) => parts.map((pair) => pair[which].querySelector("[data-note-field]")).find(Boolean);
  const [old, fresh] = [field(0), field(1)];
  const note = old?.querySelector("textarea");
  const writes = note && note === document.activeElement;
  if (fresh && note && (writes || note.value)) fresh.replaceWith(old);
  for (const [was, now] of parts) was.replaceWith(now);
  if (writes) note.focus({ preventScroll: true });
}

export class Decision {
  /**
   * `root`: the element #case. `decided(move, incident)` is called after a verdict was kept, `undone(code)` after the
   * toast's or U's undo, `stale(code)` when what was shown is no longer so (a colleague was faster) and must be read
   * anew. `leaving(code, sent, move, reason)`: a verdict is on its way that ends this incident's turn (`sent`: a promise
   * of what was kept); `failed(code)`: it never arrived.
   */
  constructor(root, { decided, undone, stale, leaving = null, failed = null }) {
    this.root = root;
    this.decided = decided;
    this.undone = undone;
    this.stale = stale;
    this.leaving = leaving;
    this.failed = failed;
    this.busy = false;
    this.holds = false;
    this.claimed = Promise.resolve();
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
    for (const button of this.root.querySelectorAll("[data-choices] > [data-move]")) button.hidden = open;
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

  /** Let colleagues know, quietly, that this officer looks at the incident. A verdict waits for the answer. */
  hold() {
    const { code } = this.root.dataset;
    if (!this.panel || this.busy || !this.allows("claim")) return;
    const body = { move: "claim", reason: null, note: "", version: Number(this.panel.dataset.version) };
    this.claimed = request("POST", `/api/v1/incidents/${code}/verdicts`, body).then(
      (kept) => this.#stands(kept),
      (error) => (error instanceof ApiError && error.problem?.current ? this.stale(code) : null),
    );
  }

  #stands(incident) {
    if (!this.panel) return;
    this.panel.dataset.version = incident.version;
    this.panel.dataset.verdicts = incident.verdicts.length;
    this.holds = true;
  }

  /** Put a claim that nobody asked for back, quietly, when there is one. */
  async letGo() {
    await this.claimed;
    if (!this.holds || this.busy) return;
    const body = { move: "release", reason: null, note: "", version: Number(this.panel.dataset.version) };
    await request("POST", `/api/v1/incidents/${this.root.dataset.code}/verdicts`, body).catch(() => null);
  }

  async give(move, reason = null) {
    if (this.busy || !this.panel) return;
    const { code } = this.root.dataset;
    const note = this.root.querySelector("#note")?.value.trim() ?? "";
    const ends = FINAL.has(move);
    const sent = this.#send(code, () => ({ move, reason, note, version: Number(this.panel.dataset.version) }));
    const mine = ends && remember(sent.then((kept) => kept && [{ code, version: kept.version }]));
    if (ends) this.leaving?.(code, sent, move, reason);
    const kept = await sent;
    if (!kept) return;
    const field = this.root.querySelector("#note");
    if (field?.value.trim() === note) field.value = ""; // sent; what was typed since is the next one's
    const said = (SAID[move] ?? KEPT)(code);
    if (ends) tellKept(mine, said, () => this.undo());
    else toast(said);
    this.decided(move, kept);
  }

  /** Take the last verdict of this page back, one after the other, or that of the incident that is shown. */
  async undo() {
    if (this.busy) return;
    const last = given.pop();
    if (last === undefined) {
      if (this.allows("undo")) await this.give("undo");
      return;
    }
    const parts = (await last) ?? [];
    const kept = [];
    for (const { code, version } of parts) {
      if (await this.#send(code, () => ({ move: "undo", reason: null, note: "", version }))) kept.push(code);
    }
    if (kept.length === 0) return;
    toast(kept.length === 1 ? SAID.undo(kept[0]) : t("Đã hoàn tác %(n)s vụ.", { n: kept.length }));
    this.undone(kept[0], kept);
  }

  async #send(code, body) {
    if (this.busy) return null;
    this.busy = true;
    await this.claimed;
    try {
      return await request("POST", `/api/v1/incidents/${code}/verdicts`, body());
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        this.#conflict(code, error.problem?.current);
      } else {
        toast(error.message, { late: true });
        this.failed?.(code);
      }
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** What was looked at is no longer all there is: say who did what, or what arrived, and show how it stands now. */
  #conflict(code, current) {
    const by = current && current.verdicts.length > Number(this.panel?.dataset.verdicts) ? current.verdicts.at(-1) : null;
    const said = by ? (COLLEAGUE[by.move] ?? CHANGED)(by.officer, code) : t("%(code)s vừa có thêm sự việc; xem lại rồi quyết định.", { code });
    toast(said, { late: true });
    this.stale(code);
  }
}

/** A fresh #case of the page at `path`, ready to be put in place; null when the page has none. */
export async function freshCase(path) {
  const found = (await page(path)).getElementById("case");
  return found && document.importNode(found, true);
}
