// Boxes over the picture: fractions of it, drawn where the browser fits it into the screen.

const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes, parent) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  parent.append(node);
  return node;
}

/** Where a picture of this size lies inside the screen under object-fit: contain, in CSS pixels. */
function fit(screen, width, height) {
  const scale = Math.min(screen.clientWidth / width, screen.clientHeight / height);
  const [w, h] = [width * scale, height * scale];
  return { x: (screen.clientWidth - w) / 2, y: (screen.clientHeight - h) / 2, w, h };
}

/**
 * Draw the subjects' boxes. `subjects`: [{box: [x1, y1, x2, y2], label}], fractions of a picture of `width` × `height`.
 */
export function draw(overlay, screen, subjects, width, height) {
  overlay.replaceChildren();
  if (!width || !height) return;
  overlay.setAttribute("viewBox", `0 0 ${screen.clientWidth} ${screen.clientHeight}`);
  const room = fit(screen, width, height);
  for (const { box, label } of subjects) {
    const [x1, y1, x2, y2] = box;
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
}
