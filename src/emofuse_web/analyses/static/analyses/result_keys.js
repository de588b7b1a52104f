// The keyboard. In a lane arrows move; elsewhere the keys work until the reader switches them off.

const KEPT = "emofuse-keys";

export function keyed(root, strips, acts) {
  const everywhere = document.getElementById("keys-on");
  everywhere.checked = localStorage.getItem(KEPT) !== "off";
  everywhere.addEventListener("change", () => localStorage.setItem(KEPT, everywhere.checked ? "on" : "off"));

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    const strip = strips.findIndex(({ box }) => box.contains(at));
    if (strip >= 0 && inLane(event, strips, strip)) {
      event.preventDefault();
      return;
    }
    if (strip < 0 && (!everywhere.checked || at.closest("input, select, textarea, [contenteditable], dialog"))) return;
    const act = { "[": "before", "]": "after", l: "loop", L: "loop", "+": "in", "=": "in", "-": "out", 0: "all" }[event.key];
    if (act) acts[act]?.();
    else if (event.key === " " && (strip >= 0 || !at.closest("button, a, summary, audio, video"))) acts.play?.();
    else return;
    event.preventDefault();
  });
}

function inLane(event, strips, strip) {
  const here = strips[strip];
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (event.key in steps) here.focus(here.focused + steps[event.key]);
  else if (event.key === "Home") here.focus(0);
  else if (event.key === "End") here.focus(here.lane.count - 1);
  else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    const there = strips[strip + (event.key === "ArrowUp" ? -1 : 1)];
    if (!there) return true;
    const { start, end } = here.lane.spans;
    there.focus(there.lane.at((start[here.focused] + end[here.focused]) / 2));
  } else return false;
  return true;
}
