// Words and numbers as the reader's language has them; the page brings the words along.

const said = document.getElementById("result-said");
export const page = said ? JSON.parse(said.textContent) : null;

const digits = new Intl.NumberFormat(document.documentElement.lang || "en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A sentence of the page with its blanks filled in. */
export function words(name, values = {}) {
  return page.words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** Milliseconds as people read them: 01:23.4, or 1:01:23.4 from an hour on. */
export function clock(ms) {
  const tenths = Math.floor(ms / 100);
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(tenths / 36000);
  const rest = `${two(Math.floor(tenths / 600) % 60)}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** How many ms stand for a sentence of words without times, which have an order only; 0 where times are times. */
export const order = page?.order ?? 0;
export const first = (ms) => Math.floor(ms / order) + 1;
export const last = (ms) => Math.max(Math.ceil(ms / order), 1);

/** A moment: a time, or a sentence. */
export const at = (ms) => (order ? words("sentence", { n: first(ms) }) : clock(ms));

/** What fills the blanks of a stretch: start and end, or one place. */
export function between(start, end) {
  if (!order) return { start: clock(start), end: clock(end) };
  const [from, to] = [first(start), last(end)];
  return { place: from >= to ? words("sentence", { n: from }) : words("sentences", { start: from, end: to }) };
}

/** A probability with two digits. */
export function two(p) {
  return digits.format(p);
}

/** A share of one in whole per cent; what is little but there is not nothing. */
export const percent = (share) => (share > 0 && share < 0.005 ? "< 1 %" : `${Math.floor(share * 100 + 0.5)} %`);

export const emotion = (label) => page.labels[label] ?? label;
export const slot = (label) => page.slots[label] ?? "other-5";
export const reason = (said) => page.reasons[said] ?? said;
export const laneName = (name) => page.lanes[name] ?? name;
