// Parts of the page that follow what happens: an element with id and data-live="kinds" is replaced by the server's
// fresh rendering of the same address. So every part has one rendering: the server's.

import { page } from "./api.js";
import { listen } from "./live.js";

const GATHER_MS = 250;
const wanted = new Set();
const readers = new Set();
let timer = 0;
let running = false;
let address = () => location.pathname + location.search;

/** Call `read(document)` with each fresh rendering of the page, for what follows in its own way. */
export function onPage(read) {
  readers.add(read);
}

/** Where fresh parts come from, when it is not the page's own address: a function that gives it. */
export function readFrom(source) {
  address = source;
}

function replace(old, fresh) {
  const known = new Map([...old.querySelectorAll("[id]")].map((part) => [part.id, part.dataset.fresh]));
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const scroller = old.querySelector(".queue-list");
  const top = scroller?.scrollTop ?? 0;
  const left = scroller?.scrollLeft ?? 0;
  const node = document.importNode(fresh, true);
  old.replaceWith(node);
  for (const part of node.querySelectorAll("[id]")) {
    if (known.size && (!known.has(part.id) || known.get(part.id) !== part.dataset.fresh)) part.classList.add("fresh");
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  node.querySelector(".queue-list")?.scrollTo({ top, left });
  node.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
}

async function run() {
  timer = 0;
  if (running) return later();
  const kinds = new Set(wanted);
  wanted.clear();
  const follows = (part) => kinds.has("reload") || part.dataset.live.split(" ").some((kind) => kinds.has(kind));
  const parts = [...document.querySelectorAll("[data-live]")].filter(follows);
  if (parts.length === 0) return undefined;
  running = true;
  try {
    const fresh = await page(address());
    for (const part of parts) {
      const found = fresh.getElementById(part.id);
      if (found && part.isConnected && found.innerHTML !== part.innerHTML) replace(part, found);
    }
    if (fresh.title) document.title = fresh.title;
    for (const read of readers) read(fresh);
  } catch {
    // The server is away: EventSource reconnects and asks for everything again.
  } finally {
    running = false;
  }
  return undefined;
}

function later() {
  timer ||= setTimeout(run, GATHER_MS);
}

/** Renew what follows these kinds, soon. */
export function renew(...kinds) {
  kinds.forEach((kind) => wanted.add(kind));
  later();
}

listen((kind) => renew(kind));
