// The picture with what is drawn on it, and the hand that draws: pointer, touch and keyboard alike.

import { FEWEST } from "./drawing.js";
import { t } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const STEP = { point: 0.005, ghost: 0.01 };
const LARGER = 5;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** Of the picture's height: somebody in its middle. */
const PERSON = 0.2;

function node(name, attributes, parent, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent?.append(made);
  return made;
}

export class Board {
  /**
   * `root`: the element .board with its picture and svg. `changed()`: something was drawn; `chosen()`: another shape is
   * selected; `say(text)`: a sentence for the officer.
   */
  constructor(root, drawing, { editable, changed, chosen, say }) {
    Object.assign(this, { root, drawing, editable, changed, chosen, say });
    this.svg = root.querySelector("svg");
    this.picture = root.querySelector("img");
    this.selected = null;
    this.open = null;
    this.ghost = null;
    this.drag = null;
    this.aspect = 9 / 16;
    this.picture?.addEventListener("load", () => this.#fit());
    new ResizeObserver(() => this.draw()).observe(this.svg);
    if (editable) this.#listen();
    this.#fit();
  }

  /** The picture's latest version. */
  show(url) {
    if (this.picture && url && this.picture.getAttribute("src") !== url) this.picture.src = url;
  }

  select(shape, { focus = false } = {}) {
    if (this.open && shape !== this.open) this.finish();
    this.selected = shape;
    this.draw();
    this.chosen();
    if (focus) this.focusPoint(0);
  }

  /** Begin a new shape: the next clicks, or Enter at the ghost, are its points. */
  begin(kind, label) {
    this.finish();
    this.drawing.remember();
    this.open = this.drawing.add(kind, label);
    this.select(this.open);
    this.ghost ??= [0.5, 0.6];
    this.svg.focus();
    this.changed();
    this.say(
      kind === "line"
        ? t("Bấm hai điểm trên hình: từ đâu, đến đâu. Bằng phím: mũi tên rồi Enter.")
        : t("Bấm từng góc trên hình, Enter hoặc bấm lại góc đầu để khép. Bằng phím: mũi tên rồi Enter."),
    );
  }

  /** The new shape is whole; one with too few points is taken away. */
  finish() {
    const shape = this.open;
    this.open = null;
    if (!shape) return;
    if (shape.points.length < FEWEST[shape.kind]) {
      this.drawing.remove(shape);
      this.selected = null;
      this.chosen();
    }
    this.draw();
    this.changed();
  }

  /** Esc: what is being drawn or dragged was not meant. */
  cancel() {
    if (this.drag) {
      this.drawing.movePoint(this.drag.shape, this.drag.at, this.drag.from);
      this.drag = null;
    } else if (this.open) {
      this.drawing.remove(this.open);
      this.open = this.selected = null;
      this.chosen();
    } else {
      this.select(null);
    }
    this.draw();
    this.changed();
  }

  undo() {
    const before = this.selected && [this.selected.kind, this.selected.name];
    if (!this.drawing.undo()) return this.say(t("Không còn gì để hoàn tác."));
    this.open = null;
    this.selected = before ? (this.drawing.find(...before) ?? null) : null;
    this.draw();
    this.chosen();
    this.changed();
    return undefined;
  }

  /** Delete: the point that has the focus, else the whole selected shape. */
  remove() {
    const at = this.#focused();
    if (at === null) return this.removeShape();
    return this.#removePoint(at);
  }

  removeShape() {
    if (!this.selected) return;
    this.drawing.remember();
    this.drawing.remove(this.selected);
    this.open = null;
    this.select(null);
    this.changed();
  }

  focusPoint(at) {
    this.svg.querySelector(`[data-point="${at}"]`)?.focus();
  }

  draw() {
    const focused = this.#focused();
    const unit = WIDTH / (this.svg.clientWidth || WIDTH);
    this.svg.replaceChildren();
    for (const shape of this.drawing.shapes) if (shape !== this.selected) this.#shape(shape, unit);
    if (this.selected) this.#shape(this.selected, unit);
    if (this.editable && this.selected) this.selected.points.forEach((_point, at) => this.#handle(at, unit));
    this.#drawGhost(unit);
    if (focused !== null) this.focusPoint(Math.min(focused, (this.selected?.points.length ?? 1) - 1));
  }

  #fit() {
    const { naturalWidth, naturalHeight } = this.picture ?? {};
    if (naturalWidth) this.aspect = naturalHeight / naturalWidth;
    this.svg.setAttribute("viewBox", `0 0 ${WIDTH} ${WIDTH * this.aspect}`);
    this.draw();
  }

  #xy([x, y]) {
    return [x * WIDTH, y * WIDTH * this.aspect];
  }

  #shape(shape, unit) {
    const points = shape.points.map((point) => this.#xy(point));
    const isSelected = shape === this.selected;
    // while one is changed, a click within another is a point of this one; its outline still selects it
    const look = isSelected ? " shape-selected" : this.selected ? " shape-other" : "";
    const group = node("g", { class: `shape shape-${shape.kind}${look}`, "data-shape": "" }, this.svg);
    group.addEventListener("click", (event) => {
      if (this.open || isSelected) return;
      event.stopPropagation();
      this.select(shape);
    });
    if (points.length === 0) return;
    const isOpen = shape === this.open || shape.kind === "line";
    const outline = { points: points.map((point) => point.join(",")).join(" "), "stroke-width": (isSelected ? 3 : 2) * unit };
    node(isOpen ? "polyline" : "polygon", { ...outline, class: "under", "stroke-width": outline["stroke-width"] + 3 * unit }, group);
    node(isOpen ? "polyline" : "polygon", outline, group);
    if (shape.kind === "line" && points.length === 2) this.#arrow(points, unit, group);
    if (shape.kind !== "mask") {
      const middle = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
      const at = { x: Math.min(Math.max(middle[0], 60 * unit), WIDTH - 60 * unit), y: middle[1] - (shape.kind === "line" ? 30 * unit : 0) };
      node("text", { ...at, "font-size": 14 * unit, "text-anchor": "middle" }, group, shape.label || shape.name);
    }
  }

  /** Which way is forward: from a to b one crosses from left to right. */
  #arrow([[ax, ay], [bx, by]], unit, group) {
    const length = Math.hypot(bx - ax, by - ay) || 1;
    const [dx, dy] = [(-(by - ay) / length) * 22 * unit, ((bx - ax) / length) * 22 * unit];
    const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
    const [tx, ty] = [mx + dx, my + dy];
    const [sx, sy] = [(-dy / 22) * 5, (dx / 22) * 5];
    const head = [[tx, ty], [mx + dx * 0.55 + sx, my + dy * 0.55 + sy], [mx + dx * 0.55 - sx, my + dy * 0.55 - sy]];
    node("line", { x1: mx, y1: my, x2: tx, y2: ty, "stroke-width": 2 * unit }, group);
    node("polygon", { points: head.map((point) => point.join(",")).join(" "), class: "head" }, group);
  }

  #handle(at, unit) {
    const [x, y] = this.#xy(this.selected.points[at]);
    const name = this.selected.label || this.selected.name;
    const label = t("%(name)s: điểm %(at)s trên %(all)s", { name, at: at + 1, all: this.selected.points.length });
    const handle = node("g", { class: "point", tabindex: 0, role: "button", "data-point": at, "aria-label": label }, this.svg);
    node("circle", { cx: x, cy: y, r: 16 * unit, class: "touch" }, handle);
    node("circle", { cx: x, cy: y, r: 7 * unit, "stroke-width": 2 * unit }, handle);
  }

  #drawGhost(unit) {
    if (!this.ghost || !this.editable) return;
    const [x, y] = this.#xy(this.ghost);
    const height = WIDTH * this.aspect * PERSON;
    const zones = this.drawing.zonesAt(this.ghost);
    const group = node("g", { class: `ghost${zones.length ? " ghost-inside" : ""}`, "aria-hidden": "true" }, this.svg);
    const head = height * 0.075;
    node("circle", { cx: x, cy: y - height + head, r: head }, group);
    const [wide, slim, waist] = [height * 0.13, height * 0.055, y - height * 0.46];
    node(
      "path",
      {
        d: `M${x - wide},${y - height * 0.8} Q${x},${y - height * 0.88} ${x + wide},${y - height * 0.8} L${x + wide * 0.8},${waist} L${x + slim * 1.4},${y} L${x + slim * 0.3},${y} L${x},${waist + height * 0.08} L${x - slim * 0.3},${y} L${x - slim * 1.4},${y} L${x - wide * 0.8},${waist} Z`,
      },
      group,
    );
    node("circle", { cx: x, cy: y, r: 3 * unit, class: "foot" }, group);
    const text = this.#where(zones);
    const side = x > WIDTH * 0.65 ? -1 : 1;
    const at = { x: x + side * (wide + 8 * unit), y: Math.max(16 * unit, y - height / 2), "font-size": 14 * unit };
    node("text", { ...at, "text-anchor": side < 0 ? "end" : "start" }, group, text);
  }

  #where(zones) {
    if (zones.length === 0) return t("bên ngoài");
    return t("bên trong: %(zones)s", { zones: zones.map((zone) => zone.label || zone.name).join(", ") });
  }

  #listen() {
    this.svg.addEventListener("pointerdown", (event) => this.#down(event));
    this.svg.addEventListener("pointermove", (event) => this.#move(event));
    this.svg.addEventListener("pointerup", () => this.#up());
    this.svg.addEventListener("pointercancel", () => this.cancel());
    this.svg.addEventListener("pointerleave", () => this.#leave());
    this.svg.addEventListener("click", (event) => this.#click(event));
    this.svg.addEventListener("keydown", (event) => this.#key(event));
  }

  #at(event) {
    const room = this.svg.getBoundingClientRect();
    const within = (value) => Math.min(1, Math.max(0, value));
    return [within((event.clientX - room.left) / room.width), within((event.clientY - room.top) / room.height)];
  }

  #down(event) {
    this.wasDragged = false;
    const handle = event.target.closest("[data-point]");
    if (!handle || event.button > 0) return;
    const at = Number(handle.dataset.point);
    if (this.open && at === 0 && this.open.points.length >= 3) return;
    event.preventDefault();
    this.focusPoint(at);
    this.svg.setPointerCapture(event.pointerId);
    this.drag = { shape: this.selected, at, from: this.selected.points[at], moved: false };
  }

  #move(event) {
    const point = this.#at(event);
    if (this.drag) {
      if (!this.drag.moved) this.drawing.remember();
      this.drag.moved = true;
      this.drawing.movePoint(this.drag.shape, this.drag.at, point);
    }
    this.ghost = point;
    this.draw();
  }

  #up() {
    const { drag } = this;
    this.drag = null;
    if (!drag) return;
    this.wasDragged = true;
    if (drag.moved) this.changed();
  }

  #leave() {
    if (this.drag || this.open) return;
    this.ghost = null;
    this.draw();
  }

  #click(event) {
    const wasDragged = this.wasDragged;
    this.wasDragged = false;
    const handle = event.target.closest?.("[data-point]");
    if (handle && this.open && handle.dataset.point === "0" && this.open.points.length >= 3) return this.finish();
    if (wasDragged || handle) return undefined;
    return this.#put(this.#at(event));
  }

  #put(point) {
    if (!this.selected) return this.say(t("Chọn một vùng, hoặc vẽ vùng mới."));
    this.drawing.remember();
    const at = this.drawing.addPoint(this.selected, point, { between: this.selected !== this.open, aspect: this.aspect });
    if (at < 0) return undefined;
    if (this.open?.kind === "line" && this.open.points.length === 2) this.finish();
    this.draw();
    this.changed();
    return undefined;
  }

  #removePoint(at) {
    this.drawing.remember();
    if (!this.drawing.removePoint(this.selected, at)) {
      return this.say(t("Không bớt được nữa: hình này cần chừng ấy điểm. Muốn bỏ cả hình, bấm Xoá."));
    }
    this.draw();
    this.focusPoint(Math.min(at, this.selected.points.length - 1));
    this.changed();
    return undefined;
  }

  #key(event) {
    const arrow = ARROWS[event.key];
    const at = this.#focused();
    if (arrow) {
      event.preventDefault();
      this.#nudge(arrow, at, event.shiftKey ? LARGER : 1);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (at === null) this.#enter();
      else this.#split(at);
    }
  }

  #nudge([dx, dy], at, times) {
    const step = (at === null ? STEP.ghost : STEP.point) * times;
    const from = at === null ? (this.ghost ?? [0.5, 0.6]) : this.selected.points[at];
    const point = [from[0] + dx * step, from[1] + (dy * step) / this.aspect].map((value) => Math.min(1, Math.max(0, value)));
    this.ghost = point;
    if (at !== null) {
      this.drawing.remember();
      this.drawing.movePoint(this.selected, at, point);
      this.changed();
    } else {
      this.say(this.#where(this.drawing.zonesAt(point)));
    }
    this.draw();
  }

  /** Enter on the picture: a point at the ghost; where it was the last one already, the new shape is whole. */
  #enter() {
    this.ghost ??= [0.5, 0.6];
    const last = this.open?.points.at(-1);
    const isThere = last && Math.hypot(last[0] - this.ghost[0], last[1] - this.ghost[1]) < 0.002;
    if (isThere && this.open.points.length >= FEWEST[this.open.kind]) this.finish();
    else if (!isThere) this.#put(this.ghost);
  }

  /** Enter on a point: another one halfway to the next. */
  #split(at) {
    const { points, kind } = this.selected;
    if (kind === "line" || this.open) return this.finish();
    const [one, next] = [points[at], points[(at + 1) % points.length]];
    this.drawing.remember();
    points.splice(at + 1, 0, [(one[0] + next[0]) / 2, (one[1] + next[1]) / 2]);
    this.draw();
    this.focusPoint(at + 1);
    this.changed();
    return undefined;
  }

  #focused() {
    const at = document.activeElement?.dataset?.point;
    return at === undefined || !this.svg.contains(document.activeElement) ? null : Number(at);
  }
}
