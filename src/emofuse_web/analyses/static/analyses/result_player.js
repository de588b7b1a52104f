// The recording, and what time it is in it: told with each frame that is shown.

import { words } from "./result_words.js";

export class Player {
  /** `media` may be null: without picture and sound there is still a moment that one looks at. */
  constructor(media, duration) {
    this.media = media;
    this.duration = duration;
    this.moment = 0;
    this.looped = null; // [start, end] in ms
    this.listeners = [];
    if (media) this.follow();
  }

  /** Call `told(ms, playing)` with each frame, and after each seek. */
  subscribe(told) {
    this.listeners.push(told);
  }

  get now() {
    return this.media ? Math.min(this.media.currentTime * 1000, this.duration) : this.moment;
  }

  get playing() {
    return Boolean(this.media) && !this.media.paused && !this.media.ended;
  }

  seek(ms) {
    this.moment = Math.min(Math.max(ms, 0), this.duration - 1);
    if (this.media) this.media.currentTime = this.moment / 1000;
    this.tell(this.moment);
  }

  toggle() {
    if (!this.media) return;
    if (this.playing) this.media.pause();
    else this.media.play().catch(() => {});
  }

  /** Repeat a stretch; null: no longer. */
  loop(stretch) {
    this.looped = stretch;
    if (stretch && (this.now < stretch[0] || this.now >= stretch[1])) this.seek(stretch[0]);
  }

  /** Tell again at a moment to come: frames are late where the machine is busy, and words must not be. */
  wake(ms) {
    clearTimeout(this.timer);
    if (!this.playing) return;
    const left = (ms - this.now) / (this.media.playbackRate || 1);
    if (left < 2_000) this.timer = setTimeout(() => this.playing && this.tell(this.now), Math.max(left, 0) + 2);
  }

  tell(ms) {
    if (this.looped && this.playing && (ms >= this.looped[1] - 20 || ms < this.looped[0] - 300)) {
      this.seek(this.looped[0]);
      return;
    }
    for (const told of this.listeners) told(ms, this.playing);
  }

  follow() {
    const { media } = this;
    if (media.tagName === "VIDEO" && "requestVideoFrameCallback" in media) {
      const shown = (_, frame) => {
        if (this.playing && !media.seeking) this.tell(Math.max(frame.mediaTime * 1000, this.now));
        media.requestVideoFrameCallback(shown);
      };
      media.requestVideoFrameCallback(shown);
    } else {
      const looked = () => {
        if (!this.playing) return;
        this.tell(this.now);
        requestAnimationFrame(looked);
      };
      media.addEventListener("play", looked);
    }
    for (const event of ["seeked", "pause", "play", "ended", "loadedmetadata"]) media.addEventListener(event, () => this.tell(this.now));
    media.addEventListener("error", () => {
      const trouble = document.getElementById("media-trouble");
      trouble.textContent = words("media");
      trouble.hidden = false;
    });
  }
}
