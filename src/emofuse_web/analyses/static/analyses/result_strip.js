// A lane as buttons. Spans wide enough to be hit are buttons; finer ones are painted under them, and become one when the keys get there.

import { emotion, slot, two } from "./result_words.js";
import { colour } from "./result_colours.js";

const WIDE = 24; // px; what is narrower is no target
const WORDY = 58; // px from which a word is read

export class Strip {
  constructor(box, lane, view, go) {
    Object.assign(this, { box, lane, view, go });
    this.canvas = box.querySelector("canvas");
    this.buttons = new Map(); // index -> button
    this.current = -1; // the span that plays
    this.focused = 0; // the one that Tab comes to
    view.subscribe(() => this.draw());
    box.addEventListener("click", (event) => this.clicked(event));
    box.addEventListener("focusin", (event) => this.focusedOn(Number(event.target.dataset.i)));
  }

  clicked(event) {
    const button = event.target.closest("button");
    const i = button ? Number(button.dataset.i) : this.lane.at(this.view.time(event.clientX - this.box.getBoundingClientRect().left));
    this.focused = i;
    this.go(this.lane, i);
    this.draw();
  }

  focusedOn(i) {
    if (this.focused === i) return;
    const before = this.buttons.get(this.focused);
    if (before) before.tabIndex = -1;
    this.focused = i;
    this.buttons.get(i).tabIndex = 0;
  }

  /** Put the focus on a span, wherever it is. */
  focus(i) {
    this.focused = Math.min(Math.max(i, 0), this.lane.count - 1);
    this.view.reveal(this.lane.spans.start[this.focused]);
    this.draw();
    this.buttons.get(this.focused).focus({ preventScroll: false });
  }

  /** The span that plays now. */
  mark(i) {
    if (i === this.current) return;
    this.buttons.get(this.current)?.removeAttribute("aria-current");
    this.current = i;
    this.buttons.get(i)?.setAttribute("aria-current", "true");
    if (!this.box.contains(document.activeElement)) this.stop(i);
  }

  /** Tab comes to this span from now on. Only two buttons change: playing must not draw a whole lane for each span. */
  stop(i) {
    const before = this.buttons.get(this.focused);
    const { start, end } = this.lane.spans;
    const { view } = this;
    if (before) {
      before.tabIndex = -1;
      if (view.x(end[this.focused]) - view.x(start[this.focused]) < WIDE) {
        before.remove();
        this.buttons.delete(this.focused);
      }
    }
    this.focused = i;
    if (end[i] > view.from && start[i] < view.to) this.place(i, view.x(Math.max(start[i], view.from)), view.x(Math.min(end[i], view.to)));
  }

  draw() {
    const { lane, view } = this;
    const { start, end } = lane.spans;
    const paint = this.prepared();
    const seen = new Set();
    for (let i = lane.at(view.from); i < lane.count && start[i] < view.to; i++) {
      const left = view.x(Math.max(start[i], view.from));
      const right = view.x(Math.min(end[i], view.to));
      if (right - left >= WIDE || i === this.focused) {
        seen.add(i);
        this.place(i, left, right);
      } else this.fine(paint, i, left, right);
    }
    if (!seen.has(this.focused)) {
      const first = seen.values().next().value ?? lane.at(view.from);
      if (!this.box.contains(document.activeElement)) this.focused = first;
      if (!seen.has(first)) {
        seen.add(first);
        this.place(first, view.x(Math.max(start[first], view.from)), view.x(Math.min(end[first], view.to)));
      }
      if (this.buttons.has(this.focused)) this.buttons.get(this.focused).tabIndex = 0;
    }
    for (const [i, button] of this.buttons) {
      if (seen.has(i) || button === document.activeElement) continue;
      button.remove();
      this.buttons.delete(i);
    }
  }

  /** The canvas, as large as the lane, and empty. */
  prepared() {
    const ratio = window.devicePixelRatio || 1;
    const { width } = this.view;
    this.high = this.box.clientHeight; // read once: reading between writes would lay the page out again and again
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(this.high * ratio);
    const paint = this.canvas.getContext("2d");
    paint.scale(ratio, ratio);
    return paint;
  }

  fine(paint, i, left, right) {
    const { lane } = this;
    const label = lane.label(i);
    if (label === null) return;
    const { high } = this;
    paint.globalAlpha = lane.uncertain(i) ? 0.45 : 0.85;
    paint.fillStyle = colour(slot(label));
    paint.fillRect(left, 0, Math.max(right - left - (right - left > 3 ? 1 : 0), 0.6), high);
    if (lane.uncertain(i) && right - left >= 2) {
      paint.globalAlpha = 1;
      paint.fillStyle = colour("paper");
      for (let y = 0; y < high; y += 6) paint.fillRect(left, y, right - left, 2.5);
    }
    paint.globalAlpha = 1;
  }

  place(i, left, right) {
    const { lane } = this;
    let button = this.buttons.get(i);
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.dataset.i = i;
      button.append(document.createElement("span"));
      this.buttons.set(i, button);
      const after = [...this.buttons.keys()].filter((j) => j > i).sort((a, b) => a - b)[0];
      this.box.insertBefore(button, this.buttons.get(after) ?? null);
    }
    const label = lane.label(i);
    const uncertain = lane.uncertain(i);
    const wide = Math.max(right - left, WIDE);
    const at = Math.min(left - Math.max(WIDE - (right - left), 0) / 2, this.view.width - wide);
    button.style.left = `${Math.max(at, 0)}px`;
    button.style.width = `${wide}px`;
    const said = lane.describe(i);
    if (button.ariaLabel !== said) {
      button.ariaLabel = said;
      button.title = said;
      const name = label === null ? "absent" : slot(label);
      button.className = `span look look-${name} emotion emotion-${name}${uncertain ? " is-uncertain" : ""}`;
    }
    button.firstChild.textContent = wide < WORDY ? "" : this.word(i, label, uncertain, wide);
    button.tabIndex = i === this.focused ? 0 : -1;
    if (i === this.current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }

  word(i, label, uncertain, wide) {
    if (label === null) return this.lane.reason(i);
    const word = uncertain ? `${emotion(label)}?` : emotion(label);
    return wide > word.length * 8 + 48 ? `${word} ${two(this.lane.spans.p[i])}` : word;
  }
}
