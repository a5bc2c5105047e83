// What a page gains by script: the reader's own time, the keyboard, copying, a proof checked here, entries as they come, and the
// figure of an export.

import "./export.js";

const zone = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

function local(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  time.title = time.dateTime;
  time.textContent = zone.format(at);
}

document.querySelectorAll("time").forEach(local);

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

// The keyboard: / to search, j and k along the entries, Enter opens one, Escape leaves.
const lines = document.getElementById("lines");
let at = -1;

function go(step) {
  const items = lines ? [...lines.children] : [];
  if (items.length === 0) return;
  items[at]?.classList.remove("at");
  at = Math.min(Math.max(at + step, 0), items.length - 1);
  items[at].classList.add("at");
  items[at].querySelector("a").focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    if (typing) event.target.blur();
    else if (lines?.children[at]) lines.children[at].classList.remove("at");
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    const search = document.getElementById("search");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
});

// RFC 6962: the hash of a leaf, then of each pair up to the root.
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

async function hash(...parts) {
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

async function root(leaf, index, size, path) {
  let node = await hash(Uint8Array.of(0), new TextEncoder().encode(leaf));
  let [place, last] = [index, size - 1];
  for (const other of path) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      node = await hash(Uint8Array.of(1), other, node);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      node = await hash(Uint8Array.of(1), node, other);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? node : null;
}

const verdict = document.getElementById("verdict");
if (verdict && globalThis.crypto?.subtle) {
  const { leaf, index, size, path, root: expected } = verdict.dataset;
  const steps = path === "" ? [] : path.split(" ").map(bytes);
  const found = await root(leaf, Number(index), Number(size), steps);
  const same = found !== null && btoa(String.fromCharCode(...found)) === expected;
  document.getElementById("checked").textContent = same
    ? "Checked by the server, and again by your browser."
    : "Your browser comes to another root: do not trust this page.";
  if (!same) verdict.className = "problem";
}

// Live: what comes while paused is counted, and drawn afterwards.
const live = document.getElementById("live");
if (live) {
  const state = document.getElementById("state");
  const pause = document.getElementById("pause");
  let waiting = [];
  let paused = false;
  let drawn = 0;
  const source = new EventSource(live.dataset.stream);

  const draw = (entry) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const time = document.createElement("time");
    const sentence = document.createElement("span");
    link.className = "line";
    link.href = entry.address;
    time.dateTime = entry.at;
    time.textContent = entry.at;
    local(time);
    sentence.className = "sentence";
    for (const [kind, text] of entry.pieces) {
      const piece = document.createElement("span");
      piece.className = kind;
      piece.textContent = text;
      sentence.append(piece);
    }
    link.append(time, sentence);
    item.append(link);
    lines.prepend(item);
    while (lines.children.length > 500) lines.lastChild.remove();
    drawn += 1;
  };
  const say = () => {
    if (paused) state.textContent = `Paused. ${waiting.length} came in meanwhile.`;
    else state.textContent = drawn === 0 ? "Waiting for the first change." : `${drawn} came in since you are here.`;
  };
  source.addEventListener("entry", (event) => {
    const entry = JSON.parse(event.data);
    if (paused) waiting.push(entry);
    else draw(entry);
    say();
  });
  source.addEventListener("error", () => {
    state.textContent = "The connection was lost; it comes back by itself, and nothing is missed.";
  });
  source.addEventListener("open", say);
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    if (!paused) {
      waiting.forEach(draw);
      waiting = [];
    }
    say();
  });
}
