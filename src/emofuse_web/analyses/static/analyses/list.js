// The history: says how many are chosen, keeps the choice when rows are renewed, and shows what is asked for as soon as it is chosen.

const form = document.getElementById("several");
const bulk = document.getElementById("bulk");
let chosen = new Set();

function count() {
  const n = form.querySelectorAll("input[name=id]:checked").length;
  const words = bulk.querySelector(".bulk-count");
  words.textContent = n ? words.dataset.one.replace("{n}", n) : words.dataset.none;
  bulk.classList.toggle("has-chosen", n > 0);
}

if (form && bulk) {
  form.addEventListener("change", count);
  document.body.addEventListener("htmx:beforeSwap", () => {
    chosen = new Set([...form.querySelectorAll("input[name=id]:checked")].map((box) => box.value));
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    for (const box of form.querySelectorAll("input[name=id]")) box.checked = chosen.has(box.value);
    count();
  });
  count();
}

for (const select of document.querySelectorAll(".filters select")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
