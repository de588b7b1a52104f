// Looks again, with htmx, at each element that has `data-poll`: after 2 s while something changes, up to 10 s while nothing does.
// The server says by an ETag whether anything changed; an element that came without `data-poll` is not looked at again.

const SHORT = 2000;
const LONG = 10000;
const marks = new WeakMap();
const waits = new WeakMap();

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

document.body.addEventListener("htmx:configRequest", (event) => {
  const mark = marks.get(event.detail.elt);
  if (mark) event.detail.headers["If-None-Match"] = mark;
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  const element = event.detail.elt;
  if (!marks.has(element) || !element.isConnected) return;
  if (event.detail.xhr.status !== 200) later(element, Math.min(LONG, (waits.get(element) || SHORT) * 1.5));
});
document.body.addEventListener("htmx:afterSettle", () => begin(document));
document.body.addEventListener("poll:begin", () => begin(document));
begin(document);
