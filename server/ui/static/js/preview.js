// What an incident of the queue looks like, before it is opened: its picture, and then its clip, at the stage's corner.

import { request } from "./api.js";

const WAIT_MS = 150;
const SPEED = 2;
const wide = matchMedia("(min-width: 761px) and (hover: hover)");
let timer = 0;
let box = null;
let item = null;

function close() {
  clearTimeout(timer);
  const video = box?.querySelector("video");
  video?.removeAttribute("src");
  video?.load();
  box?.remove();
  box = null;
  item = null;
}

function make(picture) {
  const found = document.createElement("div");
  found.className = "preview";
  found.id = "preview";
  found.setAttribute("aria-hidden", "true");
  const image = document.createElement("img");
  image.alt = "";
  image.src = picture;
  const video = Object.assign(document.createElement("video"), { muted: true, loop: true, playsInline: true, hidden: true });
  video.addEventListener("loadeddata", () => {
    video.hidden = false;
    video.defaultPlaybackRate = video.playbackRate = SPEED;
    video.play().catch(() => null);
  });
  found.append(image, video);
  return found;
}

async function open(over) {
  const picture = over.querySelector("img.thumb")?.src;
  if (!picture || !over.isConnected) return;
  box = make(picture);
  const mine = box;
  document.querySelector(".review").append(box);
  const incident = await request("GET", `/api/v1/incidents/${over.dataset.code}`).catch(() => null);
  const clip = incident?.event_list.flatMap(({ evidence }) => evidence).find(({ kind, url }) => kind === "clip" && url);
  if (clip && box === mine) box.querySelector("video").src = clip.play_url ?? clip.url;
}

function enter(event) {
  const over = event.target.closest?.("#queue [data-code]");
  if (!over || over === item) return;
  close();
  if (!wide.matches || over.getAttribute("aria-current")) return;
  item = over;
  timer = setTimeout(() => open(over), WAIT_MS);
}

function leave(event) {
  if (item && !item.contains(event.relatedTarget)) close();
}

document.addEventListener("pointerover", enter);
document.addEventListener("focusin", enter);
document.addEventListener("pointerout", leave);
document.addEventListener("focusout", leave);
document.addEventListener("fresh", () => item && !item.isConnected && close());
document.addEventListener("pointerdown", close);
