// The stage: clip or picture of one event, with its boxes, its place in time, and the strip of an incident's events.

import { request } from "./api.js";
import { draw } from "./boxes.js";
import { Shuttle } from "./shuttle.js";
import { clock, t } from "./text.js";
import { Zoom } from "./zoom.js";

const STEP_S = 0.1;
// An event tells a subject's latest box: near that instant it is where the subject is, else where it was last seen.
const NEAR_MS = 700;
const AGAIN_MS = 2000;
const ICONS = "/static/icons.svg";
const remembered = { boxes: true };

function bar(from, to) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of Object.entries({ class: "scrub-gap", x: from, width: Math.max(4, to - from), height: 8 })) node.setAttribute(key, value);
  return node;
}

export class Player {
  /** `stage`: an element with data-stage, as case.html makes it. */
  constructor(stage) {
    this.stage = stage;
    const part = (name) => stage.querySelector(`[data-${name}]`);
    this.part = part;
    this.screen = part("screen");
    this.video = part("clip");
    this.image = part("picture");
    this.overlay = part("overlay");
    this.mode = "clip";
    this.event = null;
    this.shuttle = new Shuttle(this.video, () => this.#drawSpeed());
    this.zoom = new Zoom(this.screen, () => this.zoom && this.#drawBoxes());
    this.#listen();
    this.show(stage.querySelector("[data-event]"));
  }

  #listen() {
    const on = (target, kind, run) => target.addEventListener(kind, run);
    on(this.part("play"), "click", () => this.toggle());
    on(this.part("slower"), "click", () => this.shuttle.backward());
    on(this.part("faster"), "click", () => this.forward());
    on(this.part("speed"), "click", () => this.shuttle.next());
    on(this.part("swap"), "click", () => this.swap());
    on(this.part("boxes"), "click", () => this.toggleBoxes());
    on(this.part("scrub"), "input", (event) => this.seek(event.target.value / 1000));
    on(this.screen, "click", () => this.mode === "clip" && !this.zoom.wasDragged && this.toggle());
    for (const button of this.stage.querySelectorAll("[data-zoom]")) on(button, "click", () => this.zoom.step(Number(button.dataset.zoom)));
    for (const button of this.stage.querySelectorAll("[data-step]")) on(button, "click", () => this.step(Number(button.dataset.step)));
    for (const button of this.stage.querySelectorAll("[data-event]")) on(button, "click", () => this.show(button));
    for (const kind of ["play", "pause", "ended"]) on(this.video, kind, () => this.#drawPlay());
    on(this.video, "loadeddata", () => this.#drawNote());
    for (const kind of ["timeupdate", "seeked", "loadedmetadata"]) on(this.video, kind, () => this.#drawTime());
    on(this.video, "error", () => this.#clipFailed());
    on(this.image, "load", () => this.#drawBoxes());
    this.watch = new ResizeObserver(() => this.#drawBoxes());
    this.watch.observe(this.screen);
    this.#followFrames();
  }

  /** Boxes go along with their subjects, picture by picture. */
  #followFrames() {
    this.video.requestVideoFrameCallback?.(() => {
      if (this.closed) return;
      this.#drawBoxes();
      this.#followFrames();
    });
  }

  /** Let go of the clip and its connection. */
  close() {
    this.watch.disconnect();
    this.closed = true;
    this.event = null;
    this.shuttle.stop();
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** Show the event of a strip button; null: there is none. */
  show(button) {
    for (const other of this.stage.querySelectorAll("[data-event]")) other.setAttribute("aria-pressed", String(other === button));
    this.event = button ? JSON.parse(button.dataset.event) : null;
    const { clip, picture } = this.event ?? {};
    this.failed = "";
    if (picture?.url) this.image.src = picture.url;
    else this.image.removeAttribute("src");
    if (clip?.url) {
      if (this.video.getAttribute("src") !== clip.url) this.video.src = clip.url;
      if (picture?.url) this.video.poster = picture.url;
    } else {
      this.video.pause();
      this.video.removeAttribute("src");
      this.video.load();
    }
    this.zoom.reset();
    this.shuttle.apply();
    this.#drawMode(clip?.url ? "clip" : "picture");
    this.#drawSpan();
  }

  play() {
    if (this.mode === "clip" && this.event?.clip?.url) this.shuttle.play().catch(() => this.#drawPlay());
  }

  /** L: play, then faster. */
  forward() {
    if (!this.event?.clip?.url) return;
    if (this.mode !== "clip") this.#drawMode("clip");
    this.shuttle.forward().catch(() => this.#drawPlay());
  }

  /** J: slower, then backwards. */
  backward() {
    if (!this.event?.clip?.url) return;
    if (this.mode !== "clip") this.#drawMode("clip");
    this.shuttle.backward();
  }

  toggle() {
    if (!this.event?.clip?.url) return;
    if (this.mode !== "clip") this.#drawMode("clip");
    if (this.video.paused && this.shuttle.speed > 0) this.play();
    else this.shuttle.stop();
  }

  /** A little back (-1) or on (1). */
  step(direction) {
    this.shuttle.stop();
    this.video.currentTime = Math.max(0, this.video.currentTime + direction * STEP_S);
  }

  seek(share) {
    if (Number.isFinite(this.video.duration)) this.video.currentTime = share * this.video.duration;
  }

  /** Clip ↔ picture. */
  swap() {
    if (this.mode === "clip" && this.event?.picture?.url) {
      this.shuttle.stop();
      this.#drawMode("picture");
    } else if (this.event?.clip?.url) {
      this.#drawMode("clip");
    }
  }

  toggleBoxes() {
    remembered.boxes = !remembered.boxes;
    this.#drawBoxes();
  }

  #drawMode(mode) {
    this.mode = mode;
    const { clip, picture } = this.event ?? {};
    const shows = mode === "clip" ? clip?.url : picture?.url;
    this.video.hidden = !(shows && mode === "clip");
    this.image.hidden = !(shows && mode === "picture");
    this.part("nothing").hidden = Boolean(shows);
    if (!shows && picture?.missing) {
      this.part("nothing-why").textContent = t("Không có hình: %(why)s", { why: picture.missing });
    }
    const swap = this.part("swap");
    swap.setAttribute("aria-pressed", String(mode === "picture"));
    swap.disabled = !(clip?.url && picture?.url);
    this.part("play").disabled = !clip?.url;
    this.part("scrub").disabled = !clip?.url;
    this.part("speed").disabled = !clip?.url;
    for (const button of this.stage.querySelectorAll("[data-step], [data-slower], [data-faster]")) button.disabled = !clip?.url;
    this.#drawSpeed();
    this.#drawPlay();
    this.#drawTime();
  }

  /** What there is to say about what is on screen, or why something is not. */
  #drawNote() {
    const { clip, picture } = this.event ?? {};
    let note = "";
    if (this.failed) note = this.failed;
    else if (this.mode === "picture" && picture?.url && !clip?.url) note = this.#whyNoClip(clip);
    else if (this.mode === "clip" && clip?.is_copy && this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      note = t("Đang chuyển đoạn ghi để xem trên trình duyệt…");
    } else if (this.mode === "clip" && this.#isInGap()) note = t("Camera mất hình trong khoảng này.");
    this.part("note").textContent = note;
    this.part("note").hidden = !note;
  }

  #isInGap() {
    const at = this.#instant();
    return (this.event?.clip?.gaps ?? []).some(([begin, end]) => Date.parse(begin) <= at && at < Date.parse(end));
  }

  #whyNoClip(clip) {
    if (this.event.periodic) return t("Ảnh chụp định kỳ khi sự việc kéo dài.");
    if (clip?.missing) return t("Không có đoạn ghi: %(why)s", { why: clip.missing });
    return clip ? t("Đoạn ghi đang được gửi lên") : t("Sự việc chưa kết thúc: đoạn ghi sẽ tới sau");
  }

  #clipFailed() {
    const src = this.video.getAttribute("src");
    if (!src || !this.event) return;
    this.failed = t("Trình duyệt không phát được đoạn ghi này.");
    this.#drawMode("picture");
    if (this.event.clip?.is_copy) this.#askForCopy(src);
  }

  /** The server has no copy to play: it says why, or (503) that it will have one. */
  async #askForCopy(src) {
    try {
      await request("GET", src);
      if (this.video.getAttribute("src") !== src) return;
      this.failed = "";
      this.video.load();
      this.#drawMode("clip");
    } catch (error) {
      if (this.video.getAttribute("src") !== src) return;
      this.failed = error.message;
      this.#drawNote();
      if (error.status === 503) setTimeout(() => this.#askForCopy(src), AGAIN_MS);
    }
  }

  #drawSpeed() {
    this.part("speed-now").textContent = `${this.shuttle.speed.toLocaleString("vi")}×`;
    this.#drawPlay();
  }

  #drawPlay() {
    const stands = (this.video.paused || this.video.ended) && this.shuttle.speed > 0;
    const name = stands ? "play" : "pause";
    this.part("play").querySelector("use").setAttribute("href", `${ICONS}#${name}`);
  }

  /** The instant that is on screen, in milliseconds since 1970; NaN when it is not known. */
  #instant() {
    const { clip, picture } = this.event ?? {};
    if (this.mode === "picture") return Date.parse(picture?.started_at ?? "");
    return Date.parse(clip?.started_at ?? "") + this.video.currentTime * 1000;
  }

  #drawTime() {
    const at = this.#instant();
    this.part("clock").textContent = Number.isNaN(at) ? "" : clock(at);
    const share = this.video.duration ? this.video.currentTime / this.video.duration : 0;
    this.part("scrub").value = share * 1000;
    this.part("scrub").setAttribute("aria-valuetext", this.part("clock").textContent);
    this.part("done").setAttribute("width", share * 1000);
    const span = this.part("span");
    const [from, width] = [Number(span.getAttribute("x")), Number(span.getAttribute("width"))];
    this.part("done-span").setAttribute("x", from);
    this.part("done-span").setAttribute("width", Math.max(0, Math.min(width, share * 1000 - from)));
    this.#drawNote();
    this.#drawBoxes();
  }

  /** Where in the clip the rule held, and where nothing was received. */
  #drawSpan() {
    const { clip, started_at: begin, last_seen_at: end } = this.event ?? {};
    const span = this.part("span");
    const [start, stop] = [Date.parse(clip?.started_at ?? ""), Date.parse(clip?.ended_at ?? "")];
    const known = stop > start;
    const place = (at) => Math.max(0, Math.min(1000, ((Date.parse(at) - start) / (stop - start)) * 1000));
    span.setAttribute("x", known ? place(begin) : 0);
    span.setAttribute("width", known ? Math.max(4, place(end) - place(begin)) : 0);
    const bars = known ? (clip.gaps ?? []).map(([from, to]) => bar(place(from), place(to))) : [];
    this.part("gaps").replaceChildren(...bars);
  }

  #drawBoxes() {
    this.part("boxes").setAttribute("aria-pressed", String(remembered.boxes));
    const shown = this.mode === "clip" ? this.video : this.image;
    const [width, height] = this.mode === "clip" ? [shown.videoWidth, shown.videoHeight] : [shown.naturalWidth, shown.naturalHeight];
    const subjects = remembered.boxes && !shown.hidden ? (this.event?.subjects ?? []) : [];
    const far = Math.abs(this.#instant() - Date.parse(this.event?.last_seen_at ?? "")) > NEAR_MS;
    const follows = subjects.some(({ path }) => path?.length > 1);
    this.overlay.classList.toggle("overlay-far", far && !follows);
    const at_ms = this.#instant() - Date.parse(this.event?.started_at ?? "");
    draw(this.overlay, this.screen, subjects, { width, height, zoom: this.zoom, at_ms, far });
  }
}
