// An export with a figure of how far it is, and a way to call it off. Without script the same links download by themselves.

const links = document.querySelectorAll("a[data-export]");
const panel = document.getElementById("export");
const figure = document.getElementById("figure");
const bar = document.getElementById("exported");
const cancel = document.getElementById("cancel");
const said = document.getElementById("export-said");

// The figure changes no more often than an eye follows; what is read aloud, at each quarter.
const PAUSE = 100;
const number = new Intl.NumberFormat("en-US");

// Bytes that are held before they become part of a Blob, which a browser may keep on the disk.
const HELD = 4 << 20;

let running = false;

// Entries in the bytes that have come so far. A line end in quotes ends no row; a quote within a cell is two of them. The first row
// of a CSV file is the names of the columns.
function counter(csv) {
  let quoted = false;
  let rows = csv ? -1 : 0;
  return (bytes) => {
    for (const byte of bytes) {
      if (csv && byte === 0x22) quoted = !quoted;
      else if (byte === 0x0a && !quoted) rows += 1;
    }
    return Math.max(rows, 0);
  };
}

// A file that the reader chooses, written as the bytes come.
async function toFile(name) {
  const handle = await globalThis.showSaveFilePicker({ suggestedName: name });
  const file = await handle.createWritable();
  return { write: (bytes) => file.write(bytes), keep: () => file.close(), drop: () => file.abort() };
}

// The browser's downloads, all at once at the end.
function toDownloads(name) {
  let whole = new Blob();
  let parts = [];
  let held = 0;
  const merge = () => {
    whole = new Blob([whole, ...parts]);
    parts = [];
    held = 0;
  };
  return {
    write(bytes) {
      parts.push(bytes);
      held += bytes.length;
      if (held > HELD) merge();
    },
    keep() {
      merge();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(whole);
      link.download = name;
      link.click();
      // Not at once: the download begins after this.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
    drop() {
      parts = [];
      whole = new Blob();
    },
  };
}

// Where the bytes go; nowhere when the reader closes the dialog.
async function destination(name) {
  if (!globalThis.showSaveFilePicker) return toDownloads(name);
  try {
    return await toFile(name);
  } catch (error) {
    return error.name === "AbortError" ? null : toDownloads(name);
  }
}

function draw(entries, total) {
  bar.max = Math.max(total, 1);
  bar.value = total === 0 ? 1 : entries;
  figure.textContent = `${number.format(entries)} of ${number.format(total)} entries`;
}

// Something that is said to the reader as it stands.
class Trouble extends Error {}

// What is wrong with an answer, in words for the reader.
function refused(answer) {
  // The form to sign in, which took the place of the export.
  if (answer.redirected) return "Your session has ended: sign in, and export again.";
  if (!answer.ok) return `The server refused it (${answer.status}).`;
  return null;
}

// Reads an export into its destination, and gives how many entries came of how many.
async function read(address, into, signal) {
  const answer = await fetch(address, { signal });
  const problem = refused(answer);
  if (problem) throw new Trouble(problem);
  const total = Number(answer.headers.get("x-total-count"));
  const count = counter(answer.headers.get("content-type").startsWith("text/csv"));
  const reader = answer.body.getReader();
  let entries = 0;
  let [drawn, quarter] = [0, 0];
  draw(entries, total);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    entries = count(value);
    await into.write(value);
    if (performance.now() - drawn > PAUSE) {
      draw(entries, total);
      drawn = performance.now();
    }
    const passed = Math.floor((entries * 4) / total);
    if (passed > quarter && passed < 4) said.textContent = `${passed * 25} percent of ${number.format(total)} entries.`;
    quarter = passed;
  }
  draw(entries, total);
  if (entries !== total) throw new Trouble(`It broke off after ${figure.textContent}.`);
  return entries;
}

function reason(error, aborted) {
  if (aborted) return `Cancelled after ${figure.textContent || "nothing"}.`;
  return error instanceof Trouble ? error.message : `It broke off: ${error.message}.`;
}

async function run(link) {
  const name = link.dataset.export;
  const into = await destination(name);
  if (!into) return;
  const call = new AbortController();
  cancel.onclick = () => call.abort();
  figure.textContent = "";
  bar.removeAttribute("value");
  cancel.hidden = false;
  panel.hidden = false;
  said.textContent = `Exporting to ${name}.`;
  try {
    const entries = await read(link.href, into, call.signal);
    await into.keep();
    said.textContent = `All ${number.format(entries)} entries are in ${name}.`;
  } catch (error) {
    await Promise.resolve(into.drop()).catch(() => {});
    said.textContent = `${reason(error, call.signal.aborted)} Nothing was saved.`;
    panel.hidden = true;
  }
  // Whoever stood on the button stands somewhere still.
  const stood = document.activeElement === cancel || document.activeElement === document.body;
  cancel.hidden = true;
  if (stood) link.focus();
}

for (const link of links) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (running) return;
    running = true;
    await run(link);
    running = false;
  });
}
