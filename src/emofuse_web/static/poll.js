// Looks again, with htmx, at each element that has `data-poll`: after 2 s while something changes, up to 10 s while nothing does.
// The server says by an ETag whether anything changed; an element that came without `data-poll` is not looked at again.
// While the server cannot be reached, the elements that have `data-lost` say so; what is shown stays.

const SHORT = 2000;
const LONG = 10000;
const PATIENCE = 20000; // ms after which an answer comes no more: a line that is cut off says nothing by itself
const MISSED = 2; // looks in a row; one alone may be a hiccup
const marks = new WeakMap();
const waits = new WeakMap();
let missed = 0;

function later(element, wait) {
  waits.set(element, wait);
  setTimeout(() => {
    if (!element.isConnected) return;
    if (document.hidden) later(element, SHORT);
    else window.htmx.trigger(element, "look");
  }, wait);
}

function begin(root) {
  const found = [...root.querySelectorAll("[data-poll]")];
  if (root.matches?.("[data-poll]")) found.push(root);
  for (const element of found) {
    if (marks.has(element)) continue;
    marks.set(element, element.dataset.mark || "");
    later(element, Number(element.dataset.poll) || SHORT);
  }
}

function heard(status) {
  missed = status === 0 || status >= 502 ? missed + 1 : 0; // 502 and above: a proxy whose server is away
  for (const line of document.querySelectorAll("[data-lost]")) {
    const words = missed >= MISSED ? line.dataset.lost : "";
    if (line.textContent !== words) line.textContent = words;
  }
}

document.body.addEventListener("htmx:configRequest", (event) => {
  if (!marks.has(event.detail.elt)) return;
  event.detail.timeout = PATIENCE;
  const mark = marks.get(event.detail.elt);
  if (mark) event.detail.headers["If-None-Match"] = mark;
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  const element = event.detail.requestConfig.elt; // `detail.elt` is what is left in its place
  if (!marks.has(element)) return;
  heard(event.detail.xhr.status);
  if (!element.isConnected) return;
  if (event.detail.xhr.status !== 200) later(element, Math.min(LONG, (waits.get(element) || SHORT) * 1.5));
});
document.body.addEventListener("htmx:afterSettle", () => begin(document));
document.body.addEventListener("poll:begin", () => begin(document));
begin(document);
