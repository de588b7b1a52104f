// The frame: menus that close again, and a theme that changes without a new page.

function close(menu, back) {
  if (!menu.open) return;
  menu.open = false;
  if (back) menu.querySelector("summary").focus();
}

for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) close(menu, false);
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(menu, true);
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu, false);
  });
}

const opener = document.getElementById("nav-open");
const nav = document.getElementById("nav");
if (opener && nav) {
  opener.addEventListener("click", () => {
    const open = opener.getAttribute("aria-expanded") !== "true";
    opener.setAttribute("aria-expanded", String(open));
    nav.classList.toggle("is-open", open);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && nav.classList.contains("is-open")) {
      opener.click();
      opener.focus();
    }
  });
}

const themes = document.getElementById("theme");
if (themes) {
  themes.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = event.submitter.value;
    const page = document.documentElement;
    page.dataset.theme = chosen;
    const dark = chosen === "dark" || (chosen === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches);
    page.dataset.bsTheme = dark ? "dark" : "light";
    for (const button of themes.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === chosen));
    const said = new FormData(themes);
    said.set("theme", chosen);
    await fetch(themes.action, { method: "POST", body: said, headers: { "X-Requested-With": "fetch" } });
  });
}
