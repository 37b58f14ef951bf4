// Review: one clip, one decision, the next opens by itself. The next clip is fetched while this one is looked at.

import { addCaseKeys } from "./casekeys.js";
import { add } from "./keys.js";
import { listen } from "./live.js";
import { Player } from "./player.js";
import { readFrom, renew } from "./refresh.js";
import { t } from "./text.js";
import { toast } from "./toast.js";
import { Decision, freshCase } from "./verdict.js";

let player = null;
let decision = null;
let ahead = null;

const shown = () => document.getElementById("case");
const currentCode = () => shown().dataset.code ?? "";
const items = () => [...document.querySelectorAll("#queue [data-code]")];
const path = (code) => (code ? `/review/${code}` : "/review");

function neighbour(code, distance) {
  const all = items();
  const at = all.findIndex((item) => item.dataset.code === code);
  if (at < 0) return all[0]?.dataset.code ?? "";
  return (all[at + distance] ?? all[at - Math.sign(distance)])?.dataset.code ?? "";
}

function mark(code) {
  for (const item of items()) {
    if (item.dataset.code === code) {
      item.setAttribute("aria-current", "true");
      item.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else {
      item.removeAttribute("aria-current");
    }
  }
}

function playStage() {
  player?.close();
  const stage = shown().querySelector("[data-stage]");
  player = stage && new Player(stage);
  player?.play();
}

/** Bring what is shown to life: its clip and its decision panel. */
function enliven() {
  const root = shown();
  playStage();
  const before = decision;
  decision = new Decision(root, { decided, undone: open, stale: () => open(currentCode()) });
  decision.last = before?.last ?? null;
  decision.takeAway = before?.takeAway;
  document.dispatchEvent(new CustomEvent("fresh"));
}

/** Fetch the next incident and the beginning of its clip. */
async function lookAhead() {
  const code = neighbour(currentCode(), 1);
  if (!code || code === currentCode() || ahead?.code === code) return;
  ahead = { code, node: null };
  const mine = ahead;
  try {
    const node = await freshCase(path(code));
    if (node?.dataset.code !== code || ahead !== mine) return;
    mine.node = node;
    const first = node.querySelector("[data-event]");
    const url = first && JSON.parse(first.dataset.event).clip?.url;
    if (url) node.querySelector("[data-clip]").src = url;
  } catch {
    ahead = null;
  }
}

async function open(code) {
  let node = ahead?.code === code ? ahead.node : null;
  ahead = null;
  if (code) mark(code);
  shown().setAttribute("aria-busy", "true");
  try {
    node ??= await freshCase(path(code));
  } catch (error) {
    toast(error.message, { late: true });
    decision.busy = false;
    shown().removeAttribute("aria-busy");
    mark(currentCode());
    return;
  }
  if (!node) return;
  const focused = shown().contains(document.activeElement);
  shown().replaceWith(node);
  if (focused) document.getElementById("main").focus({ preventScroll: true });
  history.replaceState(null, "", path(node.dataset.code));
  mark(node.dataset.code ?? "");
  enliven();
  renew("incident");
  lookAhead();
}

function decided(move, incident) {
  const code = incident.code;
  if (move === "confirm" || move === "dismiss") {
    const next = neighbour(code, 1);
    decision.busy = true; // until the next one is here: a second "1" must not fall on this one
    document.getElementById(`queue-${code}`)?.closest("li").remove();
    open(next === code ? "" : next);
  } else {
    ahead = null;
    open(code);
  }
}

function go(distance) {
  const next = neighbour(currentCode(), distance);
  if (next && next !== currentCode()) open(next);
}

/** What happens to the incident that is shown is shown at once; the clip that plays is not disturbed. */
async function follow(kind, fields) {
  if (kind === "reload" || (kind === "incident" && fields.code === ahead?.code)) ahead = null;
  const mine = kind === "reload" || (kind === "incident" && fields.code === currentCode());
  if (!mine || !currentCode() || decision.busy) return;
  const code = currentCode();
  const node = await freshCase(path(code)).catch(() => null);
  if (!node || currentCode() !== code || decision.busy || node.dataset.code !== code) return;
  const writes = document.activeElement?.id === "note" || decision.choosing;
  const known = (root) => root.querySelector("#decision").dataset.version + root.querySelector(".why").innerHTML;
  const changed = known(node) !== known(shown());
  if (changed && !writes) decision.panel.replaceWith(node.querySelector("#decision"));
  const events = (root) => [...root.querySelectorAll("[data-event]")].map((button) => button.dataset.event).join();
  if (events(node) !== events(shown()) && player?.video.paused !== false) {
    shown().querySelector("[data-stage]").replaceWith(node.querySelector("[data-stage]"));
    playStage();
  }
  document.dispatchEvent(new CustomEvent("fresh"));
}

document.addEventListener("click", (event) => {
  const item = event.target.closest("#queue [data-code]");
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(item.dataset.code);
});
document.addEventListener("fresh", (event) => {
  if (event.target.id !== "queue") return;
  mark(currentCode());
  if (!currentCode() && items().length) open(items()[0].dataset.code);
  else lookAhead();
});

add("j", t("Vụ tiếp theo"), () => go(1));
add("k", t("Vụ trước"), () => go(-1));
addCaseKeys(() => decision, () => player);

readFrom(() => path(currentCode()));
listen(follow);
enliven();
lookAhead();
