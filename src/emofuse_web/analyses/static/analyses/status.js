// Counts the seconds of what runs, so that something moves between two looks at the server.

function words(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function tick() {
  for (const element of document.querySelectorAll("[data-since]")) {
    element.textContent = words((Date.now() - Date.parse(element.dataset.since)) / 1000);
  }
}

tick();
setInterval(tick, 1000);
document.body.addEventListener("htmx:afterSettle", tick);
