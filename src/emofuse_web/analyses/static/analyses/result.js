// The result page: everything on it follows one moment and one stretch of time.

import { at, between, clock, emotion, last, order, page, slot, two, words } from "./result_words.js";
import { Curves } from "./result_curves.js";
import { Lane, threshold } from "./result_lane.js";
import { Overview } from "./result_overview.js";
import { Player } from "./result_player.js";
import { Strip } from "./result_strip.js";
import { heard, summed } from "./result_summary.js";
import { Waveform } from "./result_waveform.js";
import { View } from "./result_view.js";
import { keyed } from "./result_keys.js";
import { onTheme } from "./result_colours.js";
import { ruled } from "./result_ruler.js";

const byId = (id) => document.getElementById(id);
const tracks = byId("tracks");

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

async function loudness() {
  if (!page.peaks) return [];
  try {
    const said = await fetched(page.peaks);
    return Array.isArray(said) ? said : said.peaks;
  } catch {
    return []; // a decoration
  }
}

async function begin() {
  const [said, peaks] = await Promise.all([fetched(page.timeline), loudness()]);
  performance.mark("result-data");
  const row = (lane, part) => document.querySelector(`.track[data-lane="${CSS.escape(lane.name)}"] ${part}`);
  const lanes = said.lanes.filter((lane) => row(lane, ".lane-strip")).map((lane) => new Lane(lane));
  const fused = lanes[0];
  const view = new View(said.duration, order || undefined);
  const player = new Player(byId("media"), said.duration);
  const measured = () => (view.width = Math.max(byId("ruler").clientWidth, 50));
  measured();
  const go = (lane, i) => player.seek(lane.spans.start[i]);
  const strips = lanes.map((lane) => new Strip(row(lane, ".lane-strip"), lane, view, go));
  const curves = new Curves(view, lanes, byId("tip"), (ms) => player.seek(ms));
  const overview = new Overview(byId("overview"), byId("overview-window"), fused, view, peaks);
  const nows = lanes.map((lane) => row(lane, ".track-now"));
  const utterances = [...document.querySelectorAll(".utterance")];
  ruled(byId("ruler"), view);

  if (byId("waveform") && peaks.length) new Waveform(byId("waveform"), peaks, player);

  let moment = 0;
  let spoken = null;
  let uttered;
  const playhead = byId("playhead");
  const headed = () => {
    const x = view.x(moment);
    playhead.hidden = x < 0 || x > view.width;
    playhead.style.transform = `translateX(${byId("ruler").offsetLeft + x}px)`;
  };
  const captioned = (i) => {
    if (!byId("caption")) return; // words alone have no player
    const label = fused.label(i);
    const name = label === null ? "absent" : slot(label);
    byId("caption").className = `caption emotion emotion-${name}`;
    byId("caption").firstElementChild.className = `caption-swatch look look-${name}${fused.uncertain(i) ? " is-uncertain" : ""}`;
    const looks = label === null ? words("absent", { reason: fused.reason(i) }) : `${words("looks", { label: emotion(label) })}, ${two(fused.spans.p[i])}`;
    byId("caption-words").textContent = fused.uncertain(i) ? `${words("uncertain")}: ${looks}` : looks;
    byId("caption").dataset.span = i;
  };
  const shown = (ms, playing, again = false) => {
    moment = ms;
    lanes.forEach((lane, k) => {
      const i = lane.at(ms);
      if (i === strips[k].current && !again) return;
      strips[k].mark(i);
      const label = lane.label(i);
      nows[k].textContent = label === null ? lane.reason(i) : `${emotion(label)}${lane.uncertain(i) ? "?" : ""} ${two(lane.spans.p[i])}`;
      if (k === 0) captioned(i);
    });
    if (playing) player.wake(fused.spans.end[fused.last]);
    const time = at(ms);
    if (time !== spoken && byId("caption-clock")) byId("caption-clock").textContent = spoken = time;
    if (uttered && (ms < Number(uttered.dataset.from) || ms >= Number(uttered.dataset.to))) uttered = uttered.classList.remove("is-now");
    if (utterances.length && !uttered) {
      uttered = utterances.find(({ dataset }) => ms >= Number(dataset.from) && ms < Number(dataset.to));
      uttered?.classList.add("is-now");
    }
    if (playing && !view.whole && (ms > view.to || ms < view.from)) view.set(ms, ms + view.length);
    headed();
    if (player.playing !== tracks.dataset.playing) {
      tracks.dataset.playing = player.playing;
      byId("timeline").classList.toggle("is-playing", player.playing);
      if (byId("play-word")) byId("play-word").textContent = words(player.playing ? "pause" : "play");
    }
  };
  player.subscribe(shown);

  const ranged = () => {
    byId("shown").hidden = view.whole;
    byId("shown").textContent = words("shown", { ...between(view.from, view.to), all: order ? last(view.duration) : clock(view.duration) });
    headed();
  };
  view.subscribe(ranged);

  const doubted = (drawn = false) => {
    const own = threshold.value === null;
    const doubts = fused.doubts();
    const share = Math.round(100 * [...doubts.values()].reduce((a, b) => a + b, 0));
    byId("threshold-says").textContent = `${own ? words("own") : words("lead", { lead: two(threshold.value) })} · ${words("share", { share })}`;
    document.querySelector('[data-do="own"]').hidden = own;
    if (own) byId("threshold").value = fused.own;
    if (drawn) return;
    for (const strip of strips) strip.draw();
    overview.draw();
    for (const lane of lanes) tabled(lane);
    summed(byId("summary"), fused, doubts);
    heard(utterances);
    shown(moment, false, true);
  };
  const sure = document.querySelectorAll(".lane-table table");
  const tabled = (lane) => {
    const table = [...sure].find(({ dataset }) => dataset.lane === lane.name);
    for (const row of table?.tBodies[0].rows ?? []) {
      const cell = row.querySelector(".sure");
      if (cell) cell.textContent = lane.uncertain(Number(row.dataset.span)) ? cell.dataset.no : cell.dataset.yes;
    }
  };
  byId("threshold").addEventListener("input", (event) => {
    threshold.value = Number(event.target.value);
    cancelAnimationFrame(doubted.waiting);
    doubted.waiting = requestAnimationFrame(() => doubted());
  });

  const stepped = (by) => {
    const strip = strips.find(({ box }) => box.contains(document.activeElement)) ?? strips[0];
    const { start } = strip.lane.spans;
    const here = strip.lane.at(player.now);
    const back = by < 0 && player.now - start[here] > 1000; // first to the beginning of this one, as players do
    const i = Math.min(Math.max(back ? here : here + by, 0), strip.lane.count - 1);
    if (player.looped) player.loop([start[i], strip.lane.spans.end[i]]);
    go(strip.lane, i);
    if (strip.box.contains(document.activeElement)) strip.focus(i);
    else view.reveal(start[i]);
  };
  const looped = () => {
    const strip = strips.find(({ box }) => box.contains(document.activeElement)) ?? strips[0];
    const i = strip.lane.at(player.now);
    player.loop(player.looped ? null : [strip.lane.spans.start[i], strip.lane.spans.end[i]]);
    document.querySelector('[data-do="loop"]').setAttribute("aria-pressed", String(Boolean(player.looped)));
    byId("told").textContent = words(player.looped ? "loop_on" : "loop_off");
  };
  const middle = () => (moment >= view.from && moment <= view.to ? moment : (view.from + view.to) / 2);
  const acts = {
    before: () => stepped(-1),
    after: () => stepped(1),
    ...(player.media ? { play: () => player.toggle(), loop: looped } : {}),
    in: () => view.zoom(0.5, middle()),
    out: () => view.zoom(2, middle()),
    earlier: () => view.move(-0.5),
    later: () => view.move(0.5),
    all: () => view.all(),
    own: () => {
      threshold.value = null;
      doubted();
      byId("threshold").focus();
    },
  };
  for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => acts[button.dataset.do]());
  for (const button of document.querySelectorAll(".key-item"))
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      curves.toggle(button.dataset.label, on);
    });
  byId("result").addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    player.seek(Number(link.dataset.seek));
    view.reveal(Number(link.dataset.seek));
  });
  keyed(byId("result"), strips, acts);
  tracks.addEventListener("pointerleave", () => (byId("tip").hidden = true));

  new ResizeObserver(() => {
    const before = view.width;
    measured();
    if (view.width === before) return;
    curves.resized();
    overview.draw();
    view.changed();
  }).observe(byId("ruler"));
  onTheme(() => {
    overview.draw();
    for (const strip of strips) strip.draw();
  });
  view.changed();
  overview.draw();
  doubted(true);
  shown(player.now, false, true);
  requestAnimationFrame(() => requestAnimationFrame(() => performance.measure("result-painted", "result-data")));
  document.documentElement.classList.add("result-ready");
}

if (page)
  begin().catch((error) => {
    console.warn(error.message);
    byId("trouble").textContent = words("trouble");
    byId("trouble").hidden = false;
  });
