// J K L as in an editor: J slower, then backwards; K stops; L plays, then faster. 0.5 to 8 times.

const FORWARD = [0.5, 1, 2, 4, 8];
const BACKWARD = [1, 2, 4];
const remembered = { speed: 1 };

export class Shuttle {
  /** `changed()` is called when the speed or direction did. */
  constructor(video, changed) {
    this.video = video;
    this.changed = changed;
    this.back = 0;
    this.moved_ms = 0;
    video.addEventListener("seeked", () => this.#goOnBack());
    video.addEventListener("play", () => this.#turn(0));
  }

  /** Times, negative while it runs backwards. */
  get speed() {
    return this.back ? -this.back : remembered.speed;
  }

  /** The speed that was chosen holds for this clip too. */
  apply() {
    this.video.defaultPlaybackRate = remembered.speed;
    this.video.playbackRate = remembered.speed;
    this.changed();
  }

  play() {
    this.#turn(0);
    return this.video.play();
  }

  stop() {
    this.#turn(0);
    this.video.pause();
  }

  /** L: play; when it plays, faster. */
  forward() {
    if (this.back) this.#turn(0);
    else if (!this.video.paused) this.#choose(1);
    return this.play();
  }

  /** J: slower; at the slowest, or when it stands, backwards, and then backwards faster. */
  backward() {
    if (!this.video.paused && remembered.speed > FORWARD[0]) return this.#choose(-1);
    this.video.pause();
    const next = BACKWARD[Math.min(BACKWARD.length - 1, BACKWARD.indexOf(this.back) + 1)];
    const began = this.back === 0;
    this.#turn(next);
    if (began) this.#startBack();
    return undefined;
  }

  /** S and the button: through all speeds. */
  next() {
    remembered.speed = FORWARD[(FORWARD.indexOf(remembered.speed) + 1) % FORWARD.length];
    this.apply();
  }

  #choose(direction) {
    const at = FORWARD.indexOf(remembered.speed) + direction;
    remembered.speed = FORWARD[Math.max(0, Math.min(FORWARD.length - 1, at))];
    this.apply();
  }

  #turn(back) {
    if (this.back === back) return;
    this.back = back;
    this.changed();
  }

  // No browser plays backwards: each seek that is done asks for the next, as far back as time has passed.
  #startBack() {
    this.moved_ms = performance.now();
    this.video.currentTime = Math.max(0, this.video.currentTime - 0.04);
  }

  #goOnBack() {
    if (!this.back) return;
    if (this.video.currentTime <= 0) {
      this.#turn(0);
      return;
    }
    requestAnimationFrame((now) => {
      if (!this.back) return;
      const passed_s = Math.max(0.01, (now - this.moved_ms) / 1000);
      this.moved_ms = now;
      this.video.currentTime = Math.max(0, this.video.currentTime - passed_s * this.back);
    });
  }
}
