// The stretch of time that all lanes and curves show.

const LEAST = 500; // ms; less would be a few frames

export class View {
  constructor(duration, least = LEAST) {
    this.duration = duration;
    this.least = least;
    this.from = 0;
    this.to = duration;
    this.width = 1; // px of a lane
    this.listeners = [];
  }

  /** Call `told` after each change, at most once a frame. */
  subscribe(told) {
    this.listeners.push(told);
  }

  changed() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      for (const told of this.listeners) told(this);
    });
  }

  set(from, to) {
    const length = Math.min(Math.max(to - from, Math.min(this.least, this.duration)), this.duration);
    this.from = Math.min(Math.max(from, 0), this.duration - length);
    this.to = this.from + length;
    this.changed();
  }

  all() {
    this.set(0, this.duration);
  }

  get length() {
    return this.to - this.from;
  }

  get whole() {
    return this.length >= this.duration;
  }

  /** Show `factor` times as much, with the moment `at` where it is. */
  zoom(factor, at) {
    const kept = Math.min(Math.max(at, this.from), this.to);
    const length = Math.min(this.length * factor, this.duration);
    const before = ((kept - this.from) / this.length) * length;
    this.set(kept - before, kept - before + length);
  }

  /** Move by a share of what is shown. */
  move(share) {
    this.set(this.from + share * this.length, this.to + share * this.length);
  }

  /** Bring a moment into sight, and leave the view alone where it is. */
  reveal(ms) {
    if (ms >= this.from && ms < this.to) return;
    const from = ms - this.length * 0.1;
    this.set(from, from + this.length);
  }

  x(ms) {
    return ((ms - this.from) / this.length) * this.width;
  }

  time(x) {
    return this.from + (x / this.width) * this.length;
  }
}
