// Colours of the theme, read from the style sheet, so that drawings follow light and dark.

const known = new Map();

/** The colour of a label's slot ("happiness", "other-1"), or "ink", "soft", "line", "paper", "accent". */
export function colour(name) {
  if (!known.has(name)) known.set(name, looked(name));
  return known.get(name);
}

const OURS = { ink: "--ink", soft: "--ink-soft", line: "--line", paper: "--paper", accent: "--accent" };

function looked(name) {
  if (name in OURS) return getComputedStyle(document.documentElement).getPropertyValue(OURS[name]).trim();
  const probe = document.createElement("span");
  probe.className = `emotion emotion-${name}`;
  document.body.append(probe);
  const found = getComputedStyle(probe).getPropertyValue("--emotion").trim();
  probe.remove();
  return found;
}

/** Call `told` when the theme changes. */
export function onTheme(told) {
  new MutationObserver(() => {
    known.clear();
    told();
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
}
