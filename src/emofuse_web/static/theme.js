// Before the page is drawn: "auto" becomes light or dark as the system says, and the page learns that scripts run.
(function () {
  const page = document.documentElement;
  page.classList.add("js");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  function follow() {
    if (page.dataset.theme === "auto") page.dataset.bsTheme = dark.matches ? "dark" : "light";
  }
  follow();
  dark.addEventListener("change", follow);
})();
