// Two lanes side by side, and a mark wherever they differ.

import { emotion, order, page, two } from "./result_words.js";
import { Lane } from "./result_lane.js";
import { Player } from "./result_player.js";
import { Strip } from "./result_strip.js";
import { View } from "./result_view.js";
import { colour, onTheme } from "./result_colours.js";
import { keyed } from "./result_keys.js";
import { ruled } from "./result_ruler.js";

const byId = (id) => document.getElementById(id);
const differ = JSON.parse(byId("result-differ").textContent);
const lanes = page.timelines.map((said) => new Lane(said));
const view = new View(page.duration, order || undefined);
const player = new Player(byId("media"), page.duration);
const row = (lane) => document.querySelector(`.track[data-lane="${lane.name}"]`);
const strips = lanes.map((lane) => new Strip(row(lane).querySelector(".lane-strip"), lane, view, (of, i) => player.seek(of.spans.start[i])));
view.width = byId("ruler").clientWidth;
ruled(byId("ruler"), view);

function painted() {
  const canvas = byId("differ");
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(view.width * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const paint = canvas.getContext("2d");
  paint.scale(ratio, ratio);
  paint.fillStyle = colour("ink");
  for (const [start, end] of differ) {
    if (end < view.from || start > view.to) continue;
    paint.fillRect(view.x(start), 0, Math.max(view.x(end) - view.x(start), 1), canvas.clientHeight);
  }
}

let moment = 0;
function shown(ms) {
  moment = ms;
  lanes.forEach((lane, k) => {
    const i = lane.at(ms);
    strips[k].mark(i);
    const label = lane.label(i);
    row(lane).querySelector(".track-now").textContent = label === null ? lane.reason(i) : `${emotion(label)} ${two(lane.spans.p[i])}`;
  });
  headed();
}

function headed() {
  const x = view.x(moment);
  byId("playhead").hidden = x < 0 || x > view.width;
  byId("playhead").style.transform = `translateX(${byId("ruler").offsetLeft + x}px)`;
}

function stepped(by) {
  const now = player.now;
  const there = by > 0 ? differ.find(([start]) => start > now + 20) : differ.findLast(([start]) => start < now - 20);
  if (!there) return;
  player.seek(there[0]);
  view.reveal(there[0]);
}

const acts = {
  before: () => stepped(-1),
  after: () => stepped(1),
  play: () => player.toggle(),
  in: () => view.zoom(0.5, moment),
  out: () => view.zoom(2, moment),
  earlier: () => view.move(-0.5),
  later: () => view.move(0.5),
  all: () => view.all(),
};
for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => acts[button.dataset.do]());
byId("result").addEventListener("click", (event) => {
  const link = event.target.closest("[data-seek]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  player.seek(Number(link.dataset.seek));
  view.reveal(Number(link.dataset.seek));
});
keyed(byId("result"), strips, acts);
player.subscribe(shown);
view.subscribe(painted);
view.subscribe(headed);
onTheme(() => view.changed());
new ResizeObserver(() => {
  view.width = byId("ruler").clientWidth;
  view.changed();
}).observe(byId("ruler"));
view.changed();
shown(0);
