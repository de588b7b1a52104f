// The page of a new analysis: files arrive and are looked at without leaving it, and a reload finds them again.
//
// Without this script the page does the same by plain forms. What is sent in the end is always the form `ask`.

import { receive } from "../uploads/upload.js";

const ask = document.getElementById("ask");
const words = JSON.parse(document.getElementById("new-words").textContent);
const said = document.getElementById("ask-words");
const ROLES = ["video", "audio", "eeg", "text"];
const SAID = ["language", "hop", "threshold"]; // chosen beside files
const receivers = new Map();

function mode() {
  return document.querySelector("input[name=mode]:checked").value;
}

function chosen(role) {
  return document.querySelector(`input[form=ask][name=${role}]:checked:not(:disabled)`)?.value || "";
}

// The address says what is chosen, so that a reload shows it again.
function remember() {
  const query = new URLSearchParams({ mode: mode() });
  const again = new URLSearchParams(location.search).get("again");
  if (again) query.set("again", again); // its other answers
  for (const name of SAID) {
    const { value } = ask.elements[name];
    if (value || again) query.set(name, value);
  }
  for (const role of ROLES) if (chosen(role)) query.set(role, chosen(role));
  history.replaceState(null, "", `?${query}`);
}

function begun(role) {
  const none = document.querySelector(`[data-files=${role}] .file-none`);
  if (none) none.hidden = !document.querySelector(`[data-files=${role}] .file`);
}

// --- files that arrive ---------------------------------------------------------------------------------------------------------------

async function show(role, id) {
  const list = document.querySelector(`[data-files=${role}]`);
  const answer = await fetch(list.dataset.address.replace("00000000-0000-0000-0000-000000000000", id) + "?chosen=yes");
  if (!answer.ok) return;
  document.getElementById(`file-${id}`)?.remove();
  list.insertAdjacentHTML("afterbegin", await answer.text());
  window.htmx.process(list.firstElementChild);
  document.body.dispatchEvent(new Event("poll:begin"));
  begun(role);
  remember();
}

for (const form of document.querySelectorAll("form[data-drop]")) {
  receivers.set(form.dataset.drop, receive(form));
  form.addEventListener("upload:began", (event) => {
    for (const card of document.querySelectorAll(`[data-role=${form.dataset.drop}][data-state=receiving]`)) {
      if (card.querySelector(".file-name").textContent === event.detail.name) card.remove(); // it goes on above
    }
  });
  form.addEventListener("upload:arrived", (event) => show(event.detail.role, event.detail.id));
}

// A card that is renewed keeps whether its file is chosen.
let kept = new Map();
document.body.addEventListener("htmx:beforeSwap", () => {
  kept = new Map(ROLES.map((role) => [role, chosen(role)]));
});
document.body.addEventListener("htmx:afterSettle", () => {
  for (const [role, id] of kept) {
    for (const radio of document.querySelectorAll(`input[form=ask][name=${role}]`)) radio.checked = !radio.disabled && radio.value === id && (id || radio.checked);
  }
  remember();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-remove]")) return;
  event.preventDefault();
  const card = form.closest(".file");
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  if (!answer.ok && answer.status !== 404) return tell(words.kept);
  const role = card.dataset.role;
  card.remove();
  begun(role);
  remember();
  document.getElementById(`input-${role}`).focus();
});

const paste = document.querySelector("[data-paste]");
paste?.addEventListener("submit", (event) => {
  const pasted = paste.elements.words.value.trim();
  if (!pasted) return; // the server says what is missing
  event.preventDefault();
  const brought = new DataTransfer();
  brought.items.add(new File([pasted], `${words.pasted}.txt`, { type: "text/plain" }));
  const input = document.getElementById("input-text");
  input.files = brought.files;
  input.dispatchEvent(new Event("change"));
  paste.closest("details").open = false;
});

// --- what is asked for ---------------------------------------------------------------------------------------------------------------

const model = ask.elements.model;
const about = document.getElementById("model-about");
const card = document.getElementById("model-card");

function fit() {
  const brought = { av: ["video", "audio", "text"], av_eeg: ["video", "audio", "eeg", "text"], text: ["text"] }[mode()];
  for (const option of model.options) {
    option.disabled = option.hidden = !option.dataset.hears.split(" ").some((heard) => brought.includes(heard));
  }
  if (model.selectedOptions[0]?.disabled) model.value = [...model.options].find((option) => !option.disabled).value;
  const option = model.selectedOptions[0];
  about.textContent = option.dataset.about;
  card.hidden = !option.dataset.card;
  if (option.dataset.card) card.href = option.dataset.card;
}

// Where a kind of analysis needs a file, and one alone can be used, that is it: the page begins so, too.
function fill() {
  for (const { dataset } of document.querySelectorAll("[data-place]")) {
    const usable = document.querySelectorAll(`input[form=ask][name=${dataset.place}][data-usable]`);
    if (usable.length === 1 && dataset.needed.split(" ").includes(mode()) && !chosen(dataset.place)) usable[0].checked = true;
  }
}

function tell(text) {
  said.textContent = text;
}

model.addEventListener("change", fit);
document.addEventListener("change", (event) => {
  if (event.target.name === "mode") {
    fit();
    fill();
    for (const hidden of document.querySelectorAll("form input[type=hidden][name=mode]")) hidden.value = event.target.value;
  }
  if (event.target.form === ask && ["mode", ...SAID, ...ROLES].includes(event.target.name)) remember();
});

ask.addEventListener("submit", (event) => {
  const moving = ROLES.filter((role) => document.querySelector(`#place-${role}`).checkVisibility()).some(
    (role) => receivers.get(role).busy || document.querySelector(`#file-${CSS.escape(chosen(role))}[data-poll]`),
  );
  if (moving) {
    event.preventDefault();
    return tell(words.moving);
  }
  tell(words.sent);
});

fit();
document.getElementById("errors")?.focus();
