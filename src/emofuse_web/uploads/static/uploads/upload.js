// A place where a file is dropped or chosen, and the bar that shows how it arrives.
//
//   import { receive } from "../uploads/upload.js";
//   receive(form);
//
// The form is a plain one, which works without scripts: a file input (its `accept` says which endings), hidden `role` and
// `csrfmiddlewaretoken`, and these attributes:
//   data-drop="video"                    the role
//   data-create="/uploads/"              where files are announced; without it, the folder above the form's own address
//   data-limit="2147483648"              bytes that a file may have
// Beside it, somewhere on the page, `[data-arriving="video"]` holds `[data-part]`s: name, numbers, bar (a <progress>), words (role=status),
// pause and drop (buttons). Words come from the JSON element `upload-words` (the tag {% upload_words %}).
//
// The form tells, in events that bubble: `upload:began` {name, size}, `upload:progress`, `upload:arrived` {id, role}, `upload:state` (what
// uploads:state says), `upload:problem` {code, …}, `upload:ended` (stopped by the user).

import { Sending } from "./sending.js";

const OFTEN = 400; // ms between numbers that change
const TOLD = 25; // per cent of which a screen reader is told

export function receive(form) {
  return new Place(form);
}

class Place {
  constructor(form) {
    this.form = form;
    this.role = form.dataset.drop;
    this.input = form.querySelector('input[type="file"]');
    this.create = form.dataset.create || new URL("../", form.action).pathname;
    this.limit = Number(form.dataset.limit) || Infinity;
    this.block = document.querySelector(`[data-arriving="${this.role}"]`);
    this.parts = Object.fromEntries([...this.block.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    this.words = JSON.parse(document.getElementById("upload-words").textContent);
    this.sending = null;
    this.input.addEventListener("change", () => this.#chosen(this.input.files));
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const name of ["dragenter", "dragover"]) form.addEventListener(name, (event) => this.#over(event, true));
    for (const name of ["dragleave", "drop"]) form.addEventListener(name, (event) => this.#over(event, false));
    form.addEventListener("drop", (event) => this.#chosen(event.dataTransfer.files));
    this.parts.pause.addEventListener("click", () => this.#toggle());
    this.parts.drop.addEventListener("click", () => this.stop());
  }

  get busy() {
    return this.sending !== null && !this.sending.over;
  }

  // Stops what is being sent, and forgets it.
  async stop() {
    if (this.busy) await this.sending.cancel();
    this.sending = null;
    this.block.hidden = true;
    this.input.focus();
    this.#tell("ended", {});
  }

  #over(event, over) {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    this.form.classList.toggle("is-over", over);
  }

  #chosen(files) {
    const [file] = files;
    if (!file) return;
    if (this.busy) return this.#say(this.words.busy);
    this.block.hidden = false;
    this.parts.name.textContent = file.name;
    this.parts.numbers.textContent = bytes(file.size);
    const wrong = files.length > 1 ? this.words.one : this.#wrong(file);
    this.parts.bar.hidden = this.parts.pause.hidden = Boolean(wrong);
    this.input.value = "";
    if (wrong) return this.#refuse({ code: "FILE", title: wrong, detail: "", fix: "" });
    this.#send(file);
  }

  #wrong(file) {
    const endings = this.input.accept.split(",").map((one) => one.trim().toLowerCase()).filter(Boolean);
    if (endings.length && !endings.some((one) => file.name.toLowerCase().endsWith(one))) return fill(this.words.ending, { endings: endings.join(", ") });
    if (file.size === 0) return this.words.empty;
    if (file.size > this.limit) return fill(this.words.large, { size: bytes(file.size), most: bytes(this.limit) });
    return "";
  }

  #send(file) {
    this.block.classList.remove("is-problem");
    this.parts.bar.max = file.size;
    this.parts.bar.value = 0;
    this.shown = 0;
    this.told = 0;
    this.#button(false);
    this.#say(this.words.began);
    const csrf = this.form.querySelector('[name="csrfmiddlewaretoken"]').value;
    const sending = new Sending(file, { role: this.role, create: this.create, csrf });
    this.sending = sending;
    sending.addEventListener("progress", (event) => this.#moved(event.detail));
    sending.addEventListener("waiting", () => this.#say(this.words.waiting));
    sending.addEventListener("problem", (event) => this.#refuse(event.detail));
    sending.addEventListener("state", (event) => this.#tell("state", event.detail));
    sending.addEventListener("arrived", (event) => {
      this.parts.bar.value = file.size;
      this.parts.pause.hidden = true;
      this.#say(this.words.arrived);
      this.block.hidden = true;
      this.#tell("arrived", { id: event.detail.id, role: this.role, name: file.name });
    });
    this.#tell("began", { name: file.name, size: file.size });
    sending.start();
  }

  #moved({ sent, size, speed, left }) {
    const now = performance.now();
    const share = Math.floor((100 * sent) / size);
    if (now - this.shown > OFTEN || sent === size) {
      this.shown = now;
      this.parts.bar.value = sent;
      this.parts.bar.textContent = `${share} %`;
      const numbers = { sent: bytes(sent), size: bytes(size), speed: bytes(speed), left: duration(left) };
      this.parts.numbers.textContent = fill(left === null ? this.words.numbers : this.words.numbers_left, numbers);
      this.#tell("progress", { sent, size, speed, left });
    }
    if (share >= this.told + TOLD && share < 100) {
      this.told = share - (share % TOLD);
      this.#say(fill(this.words.share, { share: this.told }));
    }
  }

  async #toggle() {
    if (!this.sending) return;
    if (this.sending.paused) {
      this.block.classList.remove("is-problem");
      this.#button(false);
      this.#say(this.words.resumed);
      this.sending.resume();
    } else {
      this.#button(true);
      this.#say(this.words.paused);
      await this.sending.pause();
    }
  }

  #button(paused) {
    const label = this.parts.pause.querySelector("span") ?? this.parts.pause;
    label.textContent = paused ? this.words.resume : this.words.pause;
    this.parts.pause.hidden = false;
  }

  #refuse(problem) {
    const known = { LINE: this.words.line, FILE: problem.title || this.words.unread };
    this.block.classList.add("is-problem");
    this.#say(known[problem.code] ?? [problem.title, problem.detail, problem.fix].filter(Boolean).join(". ").replaceAll("..", "."));
    if (this.sending && !this.sending.over && problem.code !== "FILE") this.#button(true);
    else if (problem.code === "FILE") this.sending = null;
    this.#tell("problem", problem);
  }

  #say(words) {
    this.parts.words.textContent = words;
  }

  #tell(name, detail) {
    this.form.dispatchEvent(new CustomEvent(`upload:${name}`, { bubbles: true, detail }));
  }
}

const LANGUAGE = document.documentElement.lang || "en";

export function bytes(count) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const power = count > 0 ? Math.min(units.length - 1, Math.floor(Math.log(count) / Math.log(1024))) : 0;
  const digits = power > 1 && count / 1024 ** power < 100 ? 1 : 0;
  return number(count / 1024 ** power, units[power], digits);
}

export function duration(seconds) {
  if (seconds === null) return "";
  if (seconds < 90) return number(Math.max(1, Math.round(seconds)), "second", 0);
  return seconds < 5400 ? number(Math.round(seconds / 60), "minute", 0) : number(seconds / 3600, "hour", 1);
}

function number(value, unit, digits) {
  return new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
}

function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
}
