// Boxes and paths over the picture: fractions of it, drawn where the browser fits it into the screen.

const SVG = "http://www.w3.org/2000/svg";
/** Between two sightings so far apart a subject was somewhere else: it is drawn where it was last seen. */
const APART_MS = 5000;

function shape(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent.append(node);
  return node;
}

/** Where a picture of this size lies inside the screen under object-fit: contain and the zoom, in CSS pixels. */
function fit(screen, width, height, { scale, x, y }) {
  const fitted = Math.min(screen.clientWidth / width, screen.clientHeight / height);
  const [w, h] = [width * fitted, height * fitted];
  const [left, top] = [(screen.clientWidth - w) / 2, (screen.clientHeight - h) / 2];
  return { x: x + left * scale, y: y + top * scale, w: w * scale, h: h * scale };
}

/**
 * The box of a subject at an instant, from its path [[at_ms, x1, y1, x2, y2], …]; null before its first and after its
 * last sighting.
 */
export function boxAt(path, at_ms) {
  const after = path.findIndex(([when]) => when >= at_ms);
  if (after < 0) return null;
  const [, ...box] = path[after];
  if (path[after][0] === at_ms) return box;
  if (after === 0) return null;
  const [before_ms, ...before] = path[after - 1];
  const span = path[after][0] - before_ms;
  if (span > APART_MS) return before;
  const share = (at_ms - before_ms) / span;
  return box.map((to, side) => before[side] + (to - before[side]) * share);
}

/** Where it stands: the middle of the lower edge. */
const foot = ([x1, , x2, y2]) => [(x1 + x2) / 2, y2];

function drawPath(overlay, room, path, at_ms) {
  const points = path.map(([when, ...box]) => [when, ...foot(box)]);
  const line = (some) => some.map(([, x, y]) => `${(room.x + x * room.w).toFixed(1)},${(room.y + y * room.h).toFixed(1)}`).join(" ");
  shape("polyline", { points: line(points), class: "path" }, overlay);
  const past = points.filter(([when]) => when <= at_ms);
  if (past.length > 1) shape("polyline", { points: line(past), class: "path path-past" }, overlay);
}

function drawBox(overlay, room, [x1, y1, x2, y2], label) {
  const frame = {
    x: room.x + x1 * room.w,
    y: room.y + y1 * room.h,
    width: Math.max(1, (x2 - x1) * room.w),
    height: Math.max(1, (y2 - y1) * room.h),
    rx: 2,
  };
  shape("rect", { ...frame, class: "under" }, overlay);
  shape("rect", frame, overlay);
  const above = frame.y >= 20;
  const top = above ? frame.y - 19 : frame.y + 2;
  const tag = shape("rect", { x: frame.x - 1, y: top, height: 18, width: 10, rx: 3, class: "tag" }, overlay);
  const words = shape("text", { x: frame.x + 5, y: top + 13 }, overlay);
  words.textContent = label;
  tag.setAttribute("width", words.getComputedTextLength() + 12);
}

/**
 * Draw the subjects. `subjects`: [{box, label, path}], fractions of a picture of `width` × `height`. `at_ms`: the
 * instant that is shown, as the paths count. Without a path a box is where its subject was last seen; beside paths it is
 * drawn only then (`far`: it is another time).
 */
export function draw(overlay, screen, subjects, { width, height, zoom, at_ms, far }) {
  overlay.replaceChildren();
  if (!width || !height) return;
  overlay.setAttribute("viewBox", `0 0 ${screen.clientWidth} ${screen.clientHeight}`);
  const room = fit(screen, width, height, zoom);
  for (const { path } of subjects) if (path?.length > 1) drawPath(overlay, room, path, at_ms);
  const isFollowed = subjects.some(({ path }) => path?.length > 1);
  for (const { box, label, path } of subjects) {
    const last = far && isFollowed ? null : box;
    const now = path?.length > 1 ? boxAt(path, at_ms) : last;
    if (now) drawBox(overlay, room, now, label);
  }
}
