// The whole recording in one line: what was said, how loud it was, and which part the lanes show. Dragging moves that part.

import { slot } from "./result_words.js";
import { colour } from "./result_colours.js";

export class Overview {
  constructor(canvas, handle, lane, view, loudness) {
    Object.assign(this, { canvas, handle, lane, view, loudness });
    view.subscribe(() => this.placed());
    const box = canvas.parentElement;
    box.addEventListener("pointerdown", (event) => {
      box.setPointerCapture(event.pointerId);
      this.grip = event.target === handle ? this.at(event) - view.from : view.length / 2;
      this.moved(event);
    });
    box.addEventListener("pointermove", (event) => this.grip !== undefined && this.moved(event));
    for (const over of ["pointerup", "pointercancel"]) box.addEventListener(over, () => (this.grip = undefined));
  }

  at(event) {
    return ((event.clientX - this.canvas.getBoundingClientRect().left) / this.view.width) * this.view.duration;
  }

  moved(event) {
    if (this.view.whole) return;
    const from = this.at(event) - this.grip;
    this.view.set(from, from + this.view.length);
  }

  placed() {
    const { view, handle } = this;
    handle.style.transform = `translateX(${(view.from / view.duration) * view.width}px)`;
    handle.style.width = `${Math.max((view.length / view.duration) * view.width, 6)}px`;
    handle.hidden = view.whole;
  }

  draw() {
    const ratio = window.devicePixelRatio || 1;
    const { width, duration } = this.view;
    const high = this.canvas.clientHeight;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(high * ratio);
    const paint = this.canvas.getContext("2d");
    paint.scale(ratio, ratio);
    const { start, end } = this.lane.spans;
    for (let i = 0; i < this.lane.count; i++) {
      const label = this.lane.label(i);
      if (label === null) continue;
      paint.globalAlpha = this.lane.uncertain(i) ? 0.35 : 0.85;
      paint.fillStyle = colour(slot(label));
      const x = (start[i] / duration) * width;
      paint.fillRect(x, high - 8, Math.max((end[i] / duration) * width - x, 0.6), 8);
    }
    paint.globalAlpha = 0.6;
    paint.fillStyle = colour("soft");
    const { loudness } = this;
    for (let x = 0; x < width && loudness.length; x += 2) {
      const tall = loudness[Math.min(Math.floor((x / width) * loudness.length), loudness.length - 1)] * (high - 12);
      paint.fillRect(x, (high - 10 - tall) / 2, 1, Math.max(tall, 1));
    }
    paint.globalAlpha = 1;
  }
}
