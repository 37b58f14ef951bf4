// What is drawn on a camera's picture: zones, lines and masks, and the rules that use them. Knows no page.

const BORDER = 1e-6;
const MOST_UNDO = 200;
export const MOST_POINTS = 64;
/** The fewest points with which a shape may be saved. */
export const FEWEST = { zone: 3, mask: 3, line: 2 };

/**
 * Is a point in a polygon? As edge/geometry.py decides: even-odd, and the picture's border belongs to the picture (feet
 * are cut off there).
 */
export function inside([px, py], polygon) {
  const x = Math.min(Math.max(px, BORDER), 1 - BORDER);
  const y = Math.min(Math.max(py, BORDER), 1 - BORDER);
  let found = false;
  let [x1, y1] = polygon[polygon.length - 1];
  for (const [x2, y2] of polygon) {
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) found = !found;
    [x1, y1] = [x2, y2];
  }
  return found;
}

/** How far a point lies from a segment, in the picture's own proportions. `aspect`: height over width. */
function distance([px, py], [ax, ay], [bx, by], aspect) {
  const [dx, dy] = [bx - ax, (by - ay) * aspect];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((px - ax) * dx + (py - ay) * aspect * dy) / length;
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(px - ax - part * dx, (py - ay) * aspect - part * dy);
}

function round(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 10000) / 10000;
}

export class Drawing {
  /** `document`: contract.drawing.Drawing as JSON. */
  constructor(document) {
    this.load(document);
  }

  load(document) {
    const copy = (points) => points.map((point) => [...point]);
    this.shapes = [
      ...Object.entries(document.zones).map(([name, { label, points }]) => ({ kind: "zone", name, label, points: copy(points) })),
      ...Object.entries(document.lines).map(([name, { label, a, b }]) => ({ kind: "line", name, label, points: copy([a, b]) })),
      ...document.masks.map((points, at) => ({ kind: "mask", name: `mask-${at + 1}`, label: "", points: copy(points) })),
    ];
    this.rules = structuredClone(document.rules);
    this.past = [];
    this.saved = this.#content();
  }

  /** Is there something to save? */
  get isChanged() {
    return this.#content() !== this.saved;
  }

  /** What is now is what was saved. */
  keep() {
    this.saved = this.#content();
  }

  find(kind, name) {
    return this.shapes.find((shape) => shape.kind === kind && shape.name === name);
  }

  /** To be called before a change: what undo goes back to. */
  remember() {
    const content = this.#content();
    if (this.past.at(-1) !== content) this.past.push(content);
    if (this.past.length > MOST_UNDO) this.past.shift();
  }

  /** Back to before the latest change; whether there was one. */
  undo() {
    while (this.past.length > 0) {
      const content = this.past.pop();
      if (content !== this.#content()) {
        Object.assign(this, JSON.parse(content));
        return true;
      }
    }
    return false;
  }

  add(kind, label) {
    const stem = { zone: "vung", line: "vach", mask: "mask" }[kind];
    const shape = { kind, name: this.#free(stem, (name) => this.find(kind, name)), label, points: [] };
    this.shapes.push(shape);
    return shape;
  }

  /** Take a shape away, and the rules that asked there. */
  remove(shape) {
    this.shapes = this.shapes.filter((one) => one !== shape);
    this.rules = this.rules.filter((rule) => !this.uses(rule, shape));
  }

  uses(rule, shape) {
    if (shape.kind === "zone") return rule.zone === shape.name;
    return shape.kind === "line" && (rule.line === shape.name || rule.until_line === shape.name);
  }

  /** Add a point: to the end, or (`between`) into the side that is nearest. Its number, or -1 where there is no room. */
  addPoint(shape, point, { between = false, aspect = 1 } = {}) {
    const { points } = shape;
    if (points.length >= (shape.kind === "line" ? 2 : MOST_POINTS)) return -1;
    let at = points.length;
    if (between && points.length >= 3) {
      const away = points.map((one, index) => distance(point, one, points[(index + 1) % points.length], aspect));
      at = away.indexOf(Math.min(...away)) + 1;
    }
    points.splice(at, 0, point.map(round));
    return at;
  }

  movePoint(shape, at, point) {
    shape.points[at] = point.map(round);
  }

  /** Take a point away; false where the shape would be none any more. */
  removePoint(shape, at) {
    if (shape.points.length <= FEWEST[shape.kind]) return false;
    shape.points.splice(at, 1);
    return true;
  }

  addRule(rule) {
    const stem = `${rule.zone ?? rule.line}-${rule.kind}`.replaceAll("_", "-").slice(0, 56);
    const made = { ...structuredClone(rule), name: this.#free(stem, (name) => this.rules.some((one) => one.name === name)) };
    this.rules.push(made);
    return made;
  }

  /** The zones in which a foot at this point stands. */
  zonesAt(point) {
    return this.shapes.filter((one) => one.kind === "zone" && one.points.length >= 3 && inside(point, one.points));
  }

  toDocument() {
    const named = (kind) => this.shapes.filter((shape) => shape.kind === kind);
    return {
      zones: Object.fromEntries(named("zone").map(({ name, label, points }) => [name, { label, points }])),
      lines: Object.fromEntries(named("line").map(({ name, label, points: [a, b] }) => [name, { label, a, b }])),
      masks: named("mask").map(({ points }) => points),
      rules: this.rules,
    };
  }

  #content() {
    return JSON.stringify({ shapes: this.shapes, rules: this.rules });
  }

  #free(stem, isTaken) {
    if (!isTaken(stem)) return stem;
    let number = 2;
    while (isTaken(`${stem}-${number}`)) number += 1;
    return `${stem}-${number}`;
  }
}
