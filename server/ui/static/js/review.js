// Review: one clip, one decision, the next plays at once. What is next was fetched while this one was looked at; the
// verdict travels while the next is looked at.

import { Alike } from "./alike.js";
import { addCaseKeys } from "./casekeys.js";
import { Deck } from "./deck.js";
import { add } from "./keys.js";
import { listen } from "./live.js";
import { Player } from "./player.js";
import "./preview.js";
import { onPage, readFrom, renew } from "./refresh.js";
import { t } from "./text.js";
import { toast } from "./toast.js";
import { Decision, freshCase, replaceParts } from "./verdict.js";

/** A claim is renewed while its officer is there; the server forgets it after five minutes. */
const HOLD_MS = 150_000;

const path = (code) => (code ? `/review/${code}` : "/review");
/** Where a case is read without the queue beside it. */
const casePath = (code) => (code ? `/review/${code}/case` : "/review");
const deck = new Deck(casePath);
const alike = new Alike({ undo: () => decision.undo(), done: taken, shown: onStage });
/** What was judged here and may still stand in a queue that was rendered before: the version each came to, by code. */
const judged = new Map();
/** Of a verdict that is on its way: later than every version. */
const ON_ITS_WAY = Infinity;
/** Incidents whose claim is being put back: until the server answered, what it says of them is about to change. */
const settling = new Map();
/** Verdicts on their way, as promises of what was kept. */
const sending = new Set();
/** What was judged in a row, in the order in which the officer did, whichever verdict arrives first. */
let inOrder = Promise.resolve();
let player = null;
let decision = null;
let turn = 0;
let heldAt = 0;

const shown = () => document.getElementById("case");
const currentCode = () => shown().dataset.code ?? "";
const items = () => [...document.querySelectorAll("#queue [data-code]")];
const isFree = (item) => item.dataset.claim !== "other";

/** The incident after this one (or before: -1) in the queue; for a verdict (`free`) none that a colleague looks at. */
function neighbour(code, distance, free = false) {
  const all = items();
  const at = all.findIndex((item) => item.dataset.code === code);
  if (at < 0) return (free ? all.find(isFree) : all[0])?.dataset.code ?? "";
  if (!free) return all[at + distance]?.dataset.code ?? "";
  return [...all.slice(at + 1), ...all.slice(0, at).reverse()].find(isFree)?.dataset.code ?? "";
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

/** Bring what is shown to life: its clip, its decision panel, and the claim that tells colleagues. */
function enliven() {
  playStage();
  decision = new Decision(shown(), { decided, undone, stale: (code) => reopen(code), leaving, failed: reopen });
  hold();
  document.dispatchEvent(new CustomEvent("fresh"));
}

function hold() {
  if (document.hidden || !currentCode()) return;
  heldAt = performance.now();
  decision.hold();
}

/** Have the next ones ready: those that a verdict leads to, and the next one of the queue. */
function lookAhead() {
  const codes = [];
  for (let code = neighbour(currentCode(), 1, true); code && !codes.includes(code) && codes.length < 3; ) {
    codes.push(code);
    code = neighbour(code, 1, true);
  }
  const below = neighbour(currentCode(), 1);
  if (below && !codes.includes(below)) codes.push(below);
  deck.want(codes.filter((code) => code !== currentCode() && !settling.has(code)));
}

/** Show an incident; an empty code: what the server says is next, or that nothing waits. */
async function open(code) {
  turn += 1;
  const mine = turn;
  let node = deck.take(code);
  if (code) mark(code);
  if (!node) {
    shown().setAttribute("aria-busy", "true");
    try {
      await settling.get(code);
      node = await freshCase(casePath(code));
    } catch (error) {
      toast(error.message, { late: true });
      shown().removeAttribute("aria-busy");
      mark(currentCode());
      return;
    }
  }
  if (!node || mine !== turn) return;
  const focused = shown().contains(document.activeElement);
  shown().replaceWith(node);
  if (focused) document.getElementById("main").focus({ preventScroll: true });
  history.replaceState(null, "", path(node.dataset.code));
  mark(node.dataset.code ?? "");
  enliven();
  lookAhead();
}

/** Read an incident anew and show it. */
function reopen(code) {
  judged.delete(code);
  deck.forget(code);
  renew("incident");
  return open(code);
}

/** Beyond the queue the server knows what is next, once it has every verdict: before, it would name one of those. */
async function askForNext() {
  const mine = turn;
  await Promise.all(sending);
  if (mine === turn) await open("");
}

/** A verdict is on its way: the next one is shown at once. */
function leaving(code, sent, move, reason) {
  sending.add(sent);
  sent.then(() => sending.delete(sent));
  inOrder = inOrder.then(() => sent).then((kept) => void (kept && judged.has(code) && alike.follow(move, kept, reason)));
  const next = neighbour(code, 1, true);
  judged.set(code, ON_ITS_WAY);
  document.getElementById(`queue-${code}`)?.closest("li").remove();
  if (next && next !== code) open(next);
  else askForNext();
}

function decided(move, incident) {
  if (!judged.has(incident.code)) return reopen(incident.code);
  return judged.set(incident.code, incident.version);
}

/** What is on stage, as it is once its claim has arrived. */
async function onStage() {
  await decision.claimed;
  return { code: currentCode(), version: Number(decision.panel?.dataset.version) };
}

/** Several were dismissed at once, and this one may be among them. */
function taken(dismissed) {
  const codes = dismissed.map(({ code }) => code);
  for (const { code, version } of dismissed) {
    judged.set(code, version);
    deck.forget(code);
    document.getElementById(`queue-${code}`)?.closest("li").remove();
  }
  renew("incident");
  if (!codes.includes(currentCode())) return lookAhead();
  const next = neighbour(currentCode(), 1, true);
  return next ? open(next) : askForNext();
}

function undone(code, codes = [code]) {
  codes.forEach((each) => judged.delete(each));
  alike.forget();
  reopen(code);
}

/** Another one, without a verdict: whoever comes after may have this one. */
function turnTo(code) {
  const left = currentCode();
  if (!code || code === left) return;
  deck.forget(left);
  settling.set(
    left,
    decision.letGo().then(() => {
      settling.delete(left);
      lookAhead();
    }),
  );
  open(code);
}

const go = (distance) => turnTo(neighbour(currentCode(), distance));

/** The panel and strip of what is shown follow the server's rendering; the clip that plays is not disturbed. */
function follow(fresh) {
  const node = fresh.getElementById("case");
  if (!node || !currentCode() || node.dataset.code !== currentCode() || decision.busy) return;
  const writes = document.activeElement?.id === "note" || decision.choosing;
  const known = (root) => {
    const { version, moves } = root.querySelector("#decision").dataset;
    return `${version} ${moves} ${root.querySelector(".why").innerHTML}`;
  };
  const version = (root) => Number(root.querySelector("#decision").dataset.version);
  if (version(node) < version(shown())) return; // rendered before this officer's own claim
  if (known(node) !== known(shown()) && !writes) replaceParts([[decision.panel, document.importNode(node.querySelector("#decision"), true)]]);
  const events = (root) => [...root.querySelectorAll("[data-event]")].map((button) => button.dataset.event).join();
  if (events(node) !== events(shown()) && player?.video.paused !== false) {
    shown().querySelector("[data-stage]").replaceWith(document.importNode(node.querySelector("[data-stage]"), true));
    playStage();
  }
  const [strip, freshStrip] = [shown(), node].map((root) => root.querySelector("#around"));
  if (strip && freshStrip && strip.innerHTML !== freshStrip.innerHTML) strip.replaceWith(document.importNode(freshStrip, true));
  document.dispatchEvent(new CustomEvent("fresh"));
}

listen((kind, fields) => {
  if (kind === "reload") {
    deck.forgetAll();
    for (const [code, version] of judged) if (version !== ON_ITS_WAY) judged.delete(code);
  } else if (kind === "incident") {
    if (fields.code !== currentCode()) deck.forget(fields.code);
    // taken back by a colleague; not what went before the verdict and is heard of late
    if (fields.state === "new" && fields.version > judged.get(fields.code)) judged.delete(fields.code);
  }
});

document.addEventListener("click", (event) => {
  const item = event.target.closest("#queue [data-code], #around [data-code]");
  if (!item || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  turnTo(item.dataset.code);
});
document.addEventListener("fresh", (event) => {
  if (event.target.id !== "queue") return;
  for (const item of items()) if (judged.has(item.dataset.code)) item.closest("li").remove();
  mark(currentCode());
  if (!currentCode() && items().some(isFree)) open(items().find(isFree).dataset.code);
  else lookAhead();
});
for (const kind of ["keydown", "pointerdown"]) {
  document.addEventListener(kind, () => performance.now() - heldAt > HOLD_MS && hold());
}

for (const [key, distance] of [["arrowdown", 1], ["]", 1], ["arrowup", -1], ["[", -1]]) {
  add(key, distance > 0 ? t("Vụ tiếp theo") : t("Vụ trước"), () => go(distance));
}
addCaseKeys(() => decision, () => player);
add("escape", t("Đóng danh sách lý do"), () => (decision.choosing || !alike.panel ? decision.choose(false) : alike.forget()));

onPage(follow);
readFrom(() => path(currentCode()));
enliven();
lookAhead();
