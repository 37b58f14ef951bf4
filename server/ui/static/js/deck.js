// The next incidents of the queue, fetched while this one is looked at: after a verdict the next clip already plays.

import { freshCase } from "./verdict.js";

/** How many incidents are kept ready, and how many clips of them: each clip holds one of the browser's six connections. */
const CASES = 3;
const CLIPS = 2;

/** The first event of a case's strip, as the player reads it; null when it has none. */
function firstEvent(node) {
  const button = node.querySelector("[data-event]");
  return button && JSON.parse(button.dataset.event);
}

/** Have the browser load what the stage shows first. The clip is loaded by the very element that will play it. */
function warm(node, withClip) {
  const { clip, picture } = firstEvent(node) ?? {};
  if (picture?.url) new Image().src = picture.url;
  const video = node.querySelector("[data-clip]");
  if (!withClip || !clip?.url || video.hasAttribute("src")) return;
  if (picture?.url) video.poster = picture.url;
  video.src = clip.url;
}

export class Deck {
  #path;
  #wanted = [];
  #nodes = new Map();
  /** Counts what was taken or forgotten: a page that was asked for before is of then. */
  #turns = new Map();
  #running = false;

  /** `path(code)`: the page that shows an incident. */
  constructor(path) {
    this.#path = path;
  }

  /** Have these incidents ready, in this order; forget all others. */
  want(codes) {
    this.#wanted = codes.slice(0, CASES);
    for (const code of [...this.#nodes.keys()]) if (!this.#wanted.includes(code)) this.forget(code);
    this.#warm();
    this.#run();
  }

  /** The case, ready to be put in place; null when it is not here yet. */
  take(code) {
    const node = this.#nodes.get(code) ?? null;
    this.#drop(code);
    this.#wanted = this.#wanted.filter((other) => other !== code);
    return node;
  }

  /** Whether an incident is ready. */
  has(code) {
    return this.#nodes.has(code);
  }

  /** What was fetched of an incident is no longer true. */
  forget(code) {
    this.#nodes.get(code)?.querySelector("[data-clip]")?.removeAttribute("src");
    this.#drop(code);
  }

  #drop(code) {
    this.#nodes.delete(code);
    this.#turns.set(code, (this.#turns.get(code) ?? 0) + 1);
  }

  forgetAll() {
    for (const code of new Set([...this.#nodes.keys(), ...this.#wanted])) this.forget(code);
  }

  #warm() {
    this.#wanted.forEach((code, at) => this.#nodes.has(code) && warm(this.#nodes.get(code), at < CLIPS));
  }

  /** One page at a time, the soonest needed first. */
  async #run() {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let code = this.#missing(); code; code = this.#missing()) {
        const turn = this.#turns.get(code);
        const node = await freshCase(this.#path(code));
        if (node?.dataset.code !== code) return;
        if (this.#wanted.includes(code) && this.#turns.get(code) === turn) this.#nodes.set(code, node);
        this.#warm();
      }
    } catch {
      // The server is away: the incident is fetched when it is opened, and that says so.
    } finally {
      this.#running = false;
    }
  }

  #missing() {
    return this.#wanted.find((code) => !this.#nodes.has(code));
  }
}
