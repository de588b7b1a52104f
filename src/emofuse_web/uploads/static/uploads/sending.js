// One file on its way to the server, by tus: in pieces of 8 MiB, each with its SHA-256, going on where it broke off.
//
//   const sending = new Sending(file, { role: "video", create: "/uploads/", csrf: "…" });
//   sending.addEventListener("progress", (event) => event.detail);  // {sent, size, speed (bytes a second), left (s)}
//   sending.addEventListener("waiting", …);   // the line was cut; it is tried again by itself
//   sending.addEventListener("arrived", …);   // {id}: the last byte is there
//   sending.addEventListener("state", …);     // what uploads:state says, each time that it changed, until it is ready or refused
//   sending.addEventListener("problem", …);   // {code, title, detail, fix}
//   sending.start(); sending.pause(); sending.resume(); sending.cancel();
//
// What is remembered in this browser, so that a file goes on after a reload, is the address of the upload under a hash of the file's
// name, size and date: no names. Somebody else's upload is not there for whoever signs in next, and theirs begins anew.

const PIECE = 8 * 1024 * 1024; // bytes; what a proxy that gathers whole requests can lose when the line is cut
const WAITS = [0, 1000, 2000, 4000, 8000, 15000, 30000, 60000, 60000, 60000, 60000, 60000]; // ms before it is tried again
const AGAIN = [0, 409, 423, 429, 460]; // answers (0: none) after which it is; and those of a server in trouble, but not of a full one
const FULL = 507;
const KEPT = 48 * 3600 * 1000; // ms that an address is remembered; the server forgets it sooner
const MEASURED = 8000; // ms over which the speed is taken
const PREFIX = "emofuse-upload:";
const LOOKED = [300, 3000]; // ms between looks at how a file stands, at first and at most

export class Sending extends EventTarget {
  constructor(file, { role, create, csrf }) {
    super();
    this.file = file;
    this.role = role;
    this.create = create;
    this.csrf = csrf;
    this.id = null;
    this.paused = false;
    this.over = false;
    this.samples = [];
    this.upload = new window.tus.Upload(file, {
      endpoint: create,
      metadata: { filename: file.name, role },
      headers: { "X-CSRFToken": csrf },
      chunkSize: PIECE,
      retryDelays: WAITS,
      removeFingerprintOnSuccess: true,
      fingerprint: () => fingerprint(file, role, create),
      urlStorage: new Addresses(),
      httpStack: new Summed(),
      onShouldRetry: (error) => this.#again(error),
      onProgress: (sent, size) => this.#moved(sent, size),
      onSuccess: () => this.#arrived(),
      onError: (error) => this.#broke(error),
    });
    this.online = () => this.#hurry();
    window.addEventListener("online", this.online);
  }

  async start() {
    const [before] = await this.upload.findPreviousUploads();
    if (before) this.upload.resumeFromPreviousUpload(before);
    if (!this.over) this.upload.start();
  }

  async pause() {
    this.paused = true;
    this.samples = [];
    await this.upload.abort();
  }

  resume() {
    this.paused = false;
    this.samples = [];
    this.upload.start();
  }

  // Stops, and gives the room on the server back.
  async cancel() {
    this.#end();
    try {
      await this.upload.abort(true);
    } catch {
      // The server cannot be reached, or has forgotten it: what lies there is removed within a day.
    }
  }

  #again(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (error.causingError?.name === "NotReadableError" || error.causingError?.name === "NotFoundError") return false;
    const again = AGAIN.includes(status) || (status >= 500 && status !== FULL);
    if (again) {
      this.samples = [];
      this.waits = true;
      this.#tell("waiting", {});
    }
    return again;
  }

  #hurry() {
    if (!this.waits || this.paused || this.over) return;
    this.upload.abort().then(() => this.upload.start());
  }

  #moved(sent, size) {
    const now = performance.now();
    this.waits = false;
    this.samples.push([now, sent]);
    while (this.samples.length > 2 && now - this.samples[0][0] > MEASURED) this.samples.shift();
    const [then, before] = this.samples[0];
    const speed = now - then > 500 ? ((sent - before) / (now - then)) * 1000 : 0;
    this.#tell("progress", { sent, size, speed, left: speed > 0 ? (size - sent) / speed : null });
  }

  #arrived() {
    this.#end();
    this.id = this.upload.url.replace(/\/$/, "").split("/").pop();
    this.#tell("arrived", { id: this.id });
    watch(new URL(`${this.id}/state/`, new URL(this.create, location.href)), (state) => this.#tell("state", state));
  }

  #broke(error) {
    this.paused = true;
    this.samples = [];
    let told = null;
    try {
      told = JSON.parse(error.originalResponse?.getBody() ?? "");
    } catch {
      // No answer, or none of ours.
    }
    const unread = ["NotReadableError", "NotFoundError"].includes(error.causingError?.name);
    this.#tell("problem", told?.code ? told : { code: unread ? "FILE" : "LINE", title: "", detail: "", fix: "" });
  }

  #end() {
    this.over = true;
    window.removeEventListener("online", this.online);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

// Asks how a file stands until it is ready or refused; the server says by an ETag when nothing changed.
export async function watch(address, tell) {
  let mark = "";
  for (let wait = LOOKED[0]; ; wait = Math.min(wait * 1.4, LOOKED[1])) {
    try {
      const answer = await fetch(address, { headers: mark ? { "If-None-Match": mark } : {}, credentials: "same-origin" });
      if (answer.ok) {
        mark = answer.headers.get("ETag") ?? "";
        const state = await answer.json();
        tell(state);
        if (state.state === "ready" || state.state === "refused") return;
      } else if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
        return;
      }
    } catch {
      // The line was cut: later.
    }
    await new Promise((done) => setTimeout(done, wait));
  }
}

// Requests that carry the SHA-256 of their piece, where the browser adds up (https, or this machine).
class Summed {
  constructor() {
    this.plain = new window.tus.DefaultHttpStack();
  }

  createRequest(method, url) {
    const request = this.plain.createRequest(method, url);
    const send = request.send.bind(request);
    const abort = request.abort.bind(request);
    let stopped = false;
    request.abort = () => {
      stopped = true;
      return abort();
    };
    request.send = async (body = null) => {
      if (method === "PATCH" && body instanceof Blob && window.crypto?.subtle) {
        const sum = await crypto.subtle.digest("SHA-256", await body.arrayBuffer());
        if (stopped) throw new DOMException("stopped", "AbortError");
        request.setHeader("Upload-Checksum", `sha256 ${btoa(String.fromCharCode(...new Uint8Array(sum)))}`);
      }
      const answer = await send(body);
      const status = answer.getStatus();
      if (method === "HEAD" && (status >= 500 || status === 429)) throw new Error("later"); // else tus would begin the file anew
      return answer;
    };
    return request;
  }

  getName() {
    return "Summed";
  }
}

// Addresses of uploads that are under way.
class Addresses {
  async findAllUploads() {
    return this.#found(PREFIX);
  }

  async findUploadsByFingerprint(fingerprint) {
    return this.#found(PREFIX + fingerprint);
  }

  async removeUpload(key) {
    localStorage.removeItem(key);
  }

  async addUpload(fingerprint, upload) {
    const key = PREFIX + fingerprint;
    try {
      localStorage.setItem(key, JSON.stringify({ url: upload.uploadUrl, size: upload.size, at: Date.now() }));
    } catch {
      // Private windows keep nothing: the file does not go on after a reload, and that is all.
    }
    return key;
  }

  #found(prefix) {
    const found = [];
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      let kept = null;
      try {
        kept = JSON.parse(localStorage.getItem(key));
      } catch {
        // Not ours.
      }
      if (!kept || Date.now() - kept.at > KEPT) localStorage.removeItem(key);
      else if (key.startsWith(prefix))
        found.push({ size: kept.size, metadata: {}, creationTime: "", urlStorageKey: key, uploadUrl: kept.url, parallelUploadUrls: null });
    }
    return found;
  }
}

async function fingerprint(file, role, create) {
  const said = new TextEncoder().encode([file.name, file.size, file.lastModified, role, create].join("\n"));
  if (!window.crypto?.subtle) return said.reduce((sum, byte) => Math.imul(sum ^ byte, 16777619) >>> 0, 2166136261).toString(16);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", said));
  return Array.from(sum.slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
