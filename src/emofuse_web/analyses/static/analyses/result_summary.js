// The summary follows the threshold: which part of each label's share is uncertain, and whether the whole is.

import { percent } from "./result_words.js";
import { threshold } from "./result_lane.js";

/** Say anew what of a lane is uncertain; `doubts` are shares by label. */
export function summed(box, lane, doubts) {
  for (const row of box.querySelectorAll("tr[data-label]")) {
    const share = doubts.get(row.dataset.label) ?? 0;
    const [whole, pale] = [row.querySelector(".bar-share"), row.querySelector(".bar-unsure")];
    pale.setAttribute("x", whole.getAttribute("width") - 100 * share);
    pale.setAttribute("width", 100 * share);
    row.querySelector(".share-unsure").textContent = percent(share);
  }
  box.querySelector("#uncertain-share").textContent = percent([...doubts.values()].reduce((a, b) => a + b, 0));
  const verdict = box.querySelector(".verdict[data-lead]");
  if (!verdict) return;
  const unsure = Number(verdict.dataset.lead) < (threshold.value ?? lane.own);
  const says = verdict.querySelector(".verdict-says");
  says.textContent = unsure ? says.dataset.unsure : says.dataset.sure;
  verdict.querySelector(".verdict-swatch").classList.toggle("is-uncertain", unsure);
}

/** The same of what was said. */
export function heard(utterances) {
  for (const one of utterances) {
    if (!("lead" in one.dataset)) continue;
    const unsure = threshold.value === null ? one.dataset.own === "unsure" : Number(one.dataset.lead) < threshold.value;
    one.querySelector(".words").classList.toggle("is-uncertain", unsure);
    one.querySelector(".utterance-doubt").textContent = unsure ? "?" : "";
  }
}
