// Into the picture: wheel, + and −, drag; double click and 0 show all of it again. A style sheet of the script's own
// carries the numbers, so that no element has a style attribute.

const MOST = 8;
const STEP = 1.5;
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

export class Zoom {
  /** `screen`: what the picture lies in. `changed()`: the boxes must be drawn anew. */
  constructor(screen, changed) {
    this.screen = screen;
    this.changed = changed;
    this.reset();
    screen.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    screen.addEventListener("pointerdown", (event) => this.#grab(event));
    screen.addEventListener("pointermove", (event) => this.#drag(event));
    screen.addEventListener("pointerup", () => (this.from = null));
    screen.addEventListener("dblclick", () => this.reset());
  }

  reset() {
    Object.assign(this, { scale: 1, x: 0, y: 0, from: null, dragged: false });
    this.#apply();
  }

  /** Nearer (1) or farther (-1), around a point of the screen or its middle. */
  step(direction, x = this.screen.clientWidth / 2, y = this.screen.clientHeight / 2) {
    const scale = Math.max(1, Math.min(MOST, this.scale * STEP ** direction));
    const grown = scale / this.scale;
    Object.assign(this, { scale, x: x - (x - this.x) * grown, y: y - (y - this.y) * grown });
    this.#apply();
  }

  /** Whether the pointer moved the picture since it went down: then its click means nothing else. */
  get wasDragged() {
    return this.dragged;
  }

  #wheel(event) {
    event.preventDefault();
    const at = this.screen.getBoundingClientRect();
    this.step(event.deltaY < 0 ? 1 : -1, event.clientX - at.left, event.clientY - at.top);
  }

  #grab(event) {
    this.dragged = false;
    if (this.scale === 1 || event.button !== 0) return;
    this.from = { x: event.clientX - this.x, y: event.clientY - this.y, startX: event.clientX, startY: event.clientY };
    this.screen.setPointerCapture(event.pointerId);
  }

  #drag(event) {
    if (this.from === null) return;
    const { x, y, startX, startY } = this.from;
    this.dragged ||= Math.hypot(event.clientX - startX, event.clientY - startY) > 4;
    Object.assign(this, { x: event.clientX - x, y: event.clientY - y });
    this.#apply();
  }

  #apply() {
    const { clientWidth: width, clientHeight: height } = this.screen;
    this.x = Math.min(0, Math.max(width * (1 - this.scale), this.x));
    this.y = Math.min(0, Math.max(height * (1 - this.scale), this.y));
    const is = this.scale > 1;
    sheet.replaceSync(is ? `.screen-zoomed > :is(video, img) { transform: translate(${this.x}px, ${this.y}px) scale(${this.scale}); }` : "");
    this.screen.classList.toggle("screen-zoomed", is);
    this.changed();
  }
}
