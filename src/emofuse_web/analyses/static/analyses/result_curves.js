// Curves of every lane: one chart a lane, one clock, one cursor. Zooming shows what is here at once, and fetches what is finer.

import { at, emotion, page, slot, two } from "./result_words.js";
import { colour, onTheme } from "./result_colours.js";

const DASHES = { neutral: [1, 3], sadness: [11, 3], fear: [4, 3], disgust: [9, 3, 2, 3], surprise: [2, 2], calm: [7, 5], contempt: [3, 6] };
const DENSE = 400; // points in sight
const THIN = 1; // px
const THICK = 2; // px
const FINER = 150; // ms without a change of the view before finer curves are asked for
const MORE = 0.5; // of the view fetched on each side, so that small moves need no more
const POINTS = 2000;
const WORDS = 3; // labels in the tip

export class Curves {
  constructor(view, lanes, tip, go) {
    Object.assign(this, { view, tip, go });
    this.hidden = new Set();
    this.charts = lanes.filter((lane) => lane.curves).map((lane) => this.chart(lane));
    view.subscribe(() => this.moved());
    onTheme(() => this.redrawn());
  }

  chart(lane) {
    const box = document.querySelector(`.track[data-lane="${CSS.escape(lane.name)}"] .curve`);
    const whole = this.columns(lane, lane.curves);
    const series = lane.labels.map((label) => {
      return { label, stroke: () => colour(slot(label)), width: THICK, dash: DASHES[label] ?? [], points: { show: false }, spanGaps: false };
    });
    const chart = { lane, box, whole, thinned: lane.curves.thinned, loaded: null };
    const options = {
      width: this.view.width,
      height: box.clientHeight,
      padding: [5, 0, 5, 0],
      legend: { show: false },
      cursor: {
        y: false,
        sync: { key: "result", scales: ["x", null] },
        drag: { x: true, y: false, setScale: false, dist: 4 },
        points: { size: 6 },
        bind: { dblclick: () => () => this.view.all() },
      },
      scales: { x: { time: false, range: () => [this.view.from, this.view.to] }, y: { range: [0, 1] } },
      axes: [{ show: false }, { show: false }],
      series: [{}, ...series],
      hooks: {
        drawClear: [(u) => this.grid(u)],
        setSelect: [(u) => this.selected(u)],
        setCursor: [(u) => this.hovered(u, chart)],
        ready: [(u) => this.clickable(u)],
      },
    };
    chart.dashes = options.series.map((one) => one.dash);
    this.dashed(chart, options.series, whole[0]);
    chart.plot = new uPlot(options, whole, box);
    return chart;
  }

  /** Dashes and wide lines where they can be seen; of very many points they would be a blot, and slow. */
  dashed(chart, series, times) {
    const shown = times.length * Math.min(this.view.length / (times.at(-1) - times[0] || 1), 1);
    series.forEach((one, i) => {
      one.dash = shown > DENSE ? [] : chart.dashes[i];
      one.width = i === 0 ? 0 : shown > DENSE ? THIN : THICK;
    });
  }

  columns(lane, curves) {
    return [curves.t, ...lane.labels.map((label) => curves.p[label])];
  }

  /** Faint lines at 0, a half and 1. */
  grid(u) {
    const { left, width } = u.bbox;
    u.ctx.save();
    u.ctx.fillStyle = colour("line");
    for (const p of [0, 0.5, 1]) u.ctx.fillRect(left, Math.round(u.valToPos(p, "y", true)), width, 1);
    u.ctx.restore();
  }

  selected(u) {
    const { left, width } = u.select;
    if (width < 4) return;
    const [from, to] = [this.view.time(left), this.view.time(left + width)];
    u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.view.set(from, to);
  }

  /** A click that is no drag goes there. */
  clickable(u) {
    let down = null;
    u.over.addEventListener("pointerdown", (event) => (down = event.clientX));
    u.over.addEventListener("click", (event) => {
      if (down !== null && Math.abs(event.clientX - down) < 4) this.go(this.view.time(event.clientX - u.over.getBoundingClientRect().left));
    });
  }

  /** The best labels under the cursor, beside it. */
  hovered(u, chart) {
    if (!u.over.matches(":hover")) return;
    const { left, idx } = u.cursor;
    this.tip.hidden = left < 0 || idx == null;
    if (this.tip.hidden) return;
    const rows = chart.lane.labels.map((label, i) => [label, u.data[i + 1][idx]]).filter(([label, p]) => p != null && !this.hidden.has(label));
    rows.sort((a, b) => b[1] - a[1]);
    const time = document.createElement("span");
    time.className = "tip-time";
    time.textContent = at(this.view.time(left));
    this.tip.replaceChildren(
      time,
      ...rows.slice(0, WORDS).map(([label, p]) => {
        const row = document.createElement("span");
        row.className = `tip-row emotion emotion-${slot(label)}`;
        row.textContent = `${emotion(label)} ${two(p)}`;
        return row;
      }),
    );
    const box = chart.box;
    const x = box.offsetLeft + left;
    const right = x + 12 + this.tip.offsetWidth > box.offsetLeft + box.clientWidth;
    this.tip.style.transform = `translate(${right ? x - 12 - this.tip.offsetWidth : x + 12}px, ${box.offsetTop + 4}px)`;
  }

  /** Where the recording is: all charts follow. */
  resized() {
    for (const chart of this.charts) chart.plot.setSize({ width: this.view.width, height: chart.box.clientHeight });
  }

  moved() {
    for (const chart of this.charts) {
      const loaded = chart.loaded;
      const fine = loaded && loaded.from <= this.view.from && loaded.to >= this.view.to && !this.view.whole;
      const data = fine ? loaded.data : chart.whole;
      if (chart.plot.data !== data) chart.plot.setData(data, false);
      this.dashed(chart, chart.plot.series, data[0]);
      chart.plot.setScale("x", { min: this.view.from, max: this.view.to });
    }
    clearTimeout(this.later);
    if (!this.view.whole && this.charts.some((chart) => chart.thinned)) this.later = setTimeout(() => this.fetchFiner(), FINER);
  }

  async fetchFiner() {
    this.asked?.abort();
    this.asked = new AbortController();
    const { from, to, length } = this.view;
    const [first, last] = [Math.max(0, Math.floor(from - MORE * length)), Math.ceil(to + MORE * length)];
    const wanted = this.charts.filter(({ thinned, loaded }) => thinned && !(loaded && loaded.from <= from && loaded.to >= to && loaded.to - loaded.from <= 3 * length));
    await Promise.all(
      wanted.map(async (chart) => {
        const query = new URLSearchParams({ lane: chart.lane.name, from: first, to: last, points: POINTS });
        try {
          const answer = await fetch(`${page.data}?${query}`, { signal: this.asked.signal });
          if (!answer.ok) return; // the coarse curves stay
          chart.loaded = { from: first, to: last, data: this.columns(chart.lane, await answer.json()) };
        } catch (error) {
          if (error.name !== "AbortError") console.warn(error.message);
        }
      }),
    );
    if (wanted.length && !this.asked.signal.aborted) this.view.changed();
  }

  toggle(label, shown) {
    if (shown) this.hidden.delete(label);
    else this.hidden.add(label);
    for (const chart of this.charts) {
      const i = chart.lane.labels.indexOf(label);
      if (i >= 0) chart.plot.setSeries(i + 1, { show: shown });
    }
  }

  redrawn() {
    for (const chart of this.charts) chart.plot.redraw(false);
  }
}
