// The ward's plan: a supervisor drags cameras and units to their places, or moves them with the arrow keys; an admin
// uploads the picture.

import { request } from "./api.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const STEP = 0.005;
const FAR = 5;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const plan = document.getElementById("plan-picture");
const arrange = document.getElementById("arrange");
const arranging = () => arrange?.getAttribute("aria-pressed") === "true";
const within = (share) => Math.min(1, Math.max(0, share));

function move(spot, x, y) {
  spot.dataset.x = within(x);
  spot.dataset.y = within(y);
  const [width, height] = [Number(plan.dataset.width), Number(plan.dataset.height)];
  spot.setAttribute("transform", `translate(${spot.dataset.x * width} ${spot.dataset.y * height})`);
}

async function keep({ kind, name, x, y }) {
  await request("PUT", "/api/v1/plan/spots", { kind, name, x: Number(x), y: Number(y) });
}

async function keepSpot(spot) {
  try {
    await keep(spot.dataset);
    spot.dataset.kept = `${spot.dataset.x} ${spot.dataset.y}`;
  } catch (error) {
    toast(error.message, { late: true });
  }
}

/** The pointer's place on the plan, as shares of its picture, wherever the page has put and scaled it. */
function under(event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(plan.getScreenCTM().inverse());
  return [at.x / Number(plan.dataset.width), at.y / Number(plan.dataset.height)];
}

function drag(event) {
  const spot = event.target.closest(".spot");
  if (!spot || !arranging() || event.button !== 0) return;
  event.preventDefault();
  spot.focus();
  spot.setPointerCapture(event.pointerId);
  const [fromX, fromY] = under(event);
  const [offX, offY] = [spot.dataset.x - fromX, spot.dataset.y - fromY];
  const follow = (moved) => {
    const [x, y] = under(moved);
    move(spot, x + offX, y + offY);
  };
  const drop = () => {
    spot.removeEventListener("pointermove", follow);
    keepSpot(spot);
  };
  spot.addEventListener("pointermove", follow);
  spot.addEventListener("pointerup", drop, { once: true });
  spot.addEventListener("pointercancel", drop, { once: true });
}

async function remove(spot) {
  try {
    const query = new URLSearchParams({ kind: spot.dataset.kind, name: spot.dataset.name });
    await request("DELETE", `/api/v1/plan/spots?${query}`);
    location.reload();
  } catch (error) {
    toast(error.message, { late: true });
  }
}

function nudge(event) {
  const spot = event.target.closest(".spot");
  if (!spot || !arranging()) return;
  if (event.key === "Delete") {
    event.preventDefault();
    remove(spot);
  }
  const arrow = ARROWS[event.key];
  if (!arrow) return;
  event.preventDefault();
  const far = STEP * (event.shiftKey ? FAR : 1);
  move(spot, Number(spot.dataset.x) + arrow[0] * far, Number(spot.dataset.y) + arrow[1] * far);
}

function toggle() {
  const on = !arranging();
  arrange.setAttribute("aria-pressed", String(on));
  plan.classList.toggle("plan-arranging", on);
  document.getElementById("plan-how").hidden = !on;
}

async function upload(file) {
  const headers = { "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content };
  try {
    const answer = await fetch("/api/v1/plan", { method: "PUT", headers, body: file });
    if (answer.ok) location.reload();
    else toast((await answer.json()).detail, { late: true });
  } catch {
    toast(t("Không nối được với máy chủ. Kiểm tra mạng rồi thử lại."), { late: true });
  }
}

if (plan) {
  arrange?.addEventListener("click", toggle);
  plan.addEventListener("pointerdown", drag);
  plan.addEventListener("keydown", nudge);
  plan.addEventListener("keyup", (event) => {
    const spot = event.target.closest(".spot");
    if (spot && arranging() && event.key in ARROWS) keepSpot(spot);
  });
  plan.addEventListener("click", (event) => {
    if (arranging()) event.preventDefault(); // while they are being moved, spots lead nowhere
  });
  for (const button of document.querySelectorAll("[data-place]")) {
    button.addEventListener("click", async () => {
      try {
        await keep({ ...button.dataset, x: 0.5, y: 0.5 });
        location.reload();
      } catch (error) {
        toast(error.message, { late: true });
      }
    });
  }
  document.getElementById("plan-file")?.addEventListener("change", (event) => {
    if (event.target.files[0]) upload(event.target.files[0]);
  });
}
