// Times above the lanes.

import { clock } from "./result_words.js";

const STEPS = [100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000, 3600000]; // ms
const APART = 80; // px between two times

export function ruled(box, view) {
  const draw = () => {
    const least = (view.length / view.width) * APART;
    const step = STEPS.find((ms) => ms >= least) ?? STEPS.at(-1);
    const ticks = [];
    for (let ms = Math.ceil(view.from / step) * step; ms <= view.to; ms += step) {
      const tick = document.createElement("span");
      const x = view.x(ms);
      if (x > view.width - 30) break;
      tick.textContent = step < 1000 ? clock(ms) : clock(ms).slice(0, -2);
      tick.style.left = `${x}px`;
      ticks.push(tick);
    }
    box.replaceChildren(...ticks);
  };
  view.subscribe(draw);
}
