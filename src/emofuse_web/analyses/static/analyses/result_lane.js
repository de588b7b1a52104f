// One lane's spans: which one holds at a time, whether it counts as uncertain, and how it is said aloud.

import { between, emotion, reason, two, words } from "./result_words.js";

/** The threshold that the reader chose for all lanes; null: each lane keeps its own. */
export const threshold = { value: null };

export class Lane {
  constructor(said) {
    Object.assign(this, { name: said.name, labels: said.labels, own: said.threshold, reasons: said.reasons, curves: said.curves });
    this.spans = said.spans;
    this.count = said.spans.start.length;
    this.last = 0;
  }

  /** Index of the span that holds at a time. Playing asks for the same or the next one, so it looks there first. */
  at(ms) {
    const { start, end } = this.spans;
    if (ms >= start[this.last] && ms < end[this.last]) return this.last;
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (start[middle] <= ms) low = middle;
      else high = middle - 1;
    }
    this.last = low;
    return low;
  }

  label(i) {
    const index = this.spans.label[i];
    return index < 0 ? null : this.labels[index];
  }

  reason(i) {
    return reason(this.reasons[this.spans.absent[i]] ?? "");
  }

  /** As the recognizer said it, until the reader moves the threshold. */
  uncertain(i) {
    if (this.spans.label[i] < 0) return false;
    return threshold.value === null ? this.spans.uncertain[i] === 1 : this.spans.margin[i] < threshold.value;
  }

  /** Shares of the lane's time that count as uncertain, by label. */
  doubts() {
    const { start, end } = this.spans;
    const all = end[this.count - 1] - start[0];
    const found = new Map();
    for (let i = 0; i < this.count; i++) {
      if (!this.uncertain(i)) continue;
      const label = this.label(i);
      found.set(label, (found.get(label) ?? 0) + (end[i] - start[i]) / all);
    }
    return found;
  }

  /** What a span says, for those who listen. */
  describe(i) {
    const times = between(this.spans.start[i], this.spans.end[i]);
    const label = this.label(i);
    if (label === null) return words("span_absent", { ...times, reason: this.reason(i) });
    return words(this.uncertain(i) ? "span_uncertain" : "span", { ...times, label: emotion(label), p: two(this.spans.p[i]) });
  }
}
