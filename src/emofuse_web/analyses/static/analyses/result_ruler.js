// Times above the lanes; where words have none, sentences.

import { at, clock, order } from "./result_words.js";

const STEPS = [100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000, 3600000]; // ms
const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000]; // sentences
const APART = 80; // px between two times
const WIDER = 120; // px between two sentences, which are said in words

export function ruled(box, view) {
  const draw = () => {
    const steps = order ? COUNTS.map((count) => count * order) : STEPS;
    const least = (view.length / view.width) * (order ? WIDER : APART);
    const step = steps.find((ms) => ms >= least) ?? steps.at(-1);
    const ticks = [];
    for (let ms = Math.ceil(view.from / step) * step; ms <= view.to; ms += step) {
      const tick = document.createElement("span");
      const x = view.x(ms);
      if (x > view.width - 30) break;
      tick.textContent = order ? at(ms) : step < 1000 ? clock(ms) : clock(ms).slice(0, -2);
      tick.style.left = `${x}px`;
      ticks.push(tick);
    }
    box.replaceChildren(...ticks);
  };
  view.subscribe(draw);
}
