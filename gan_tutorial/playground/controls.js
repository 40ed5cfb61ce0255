// The playground's buttons, lists and boxes, and how its frame looks.

import { element } from "./page.js";

export const CSS = `
.row { align-items: center; display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 10px; }
.row label { align-items: center; display: inline-flex; gap: 6px; min-height: 28px; }
button[aria-pressed=true], .go { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.go { font-weight: 650; min-width: 6.5em; }
.disc { border-color: var(--disc); color: var(--disc); } .fake { border-color: var(--fake); color: var(--fake); }
.see { margin-bottom: 10px; max-width: 44em; }
.cure { border-color: var(--now); border-width: 2px; }
.key { color: var(--muted); font-size: .88em; margin: 6px 0; }
.note { min-height: 1.45em; margin-bottom: 8px; }
.meanings dl { grid-template-columns: auto 1fr; gap: 4px 12px; } .meanings dd { white-space: normal; }
@container (max-width: 480px) { .meanings dl { grid-template-columns: 1fr; } .meanings dt { font-weight: 600; margin-top: 6px; } }
.layers { margin: 8px 0 0; gap: 4px 14px; font-size: .92em; }
.swatch { border-radius: 50%; display: inline-block; height: .75em; width: .75em; } .swatch.square { border-radius: 0; }
`;

const LAYERS = { // and their marks
  map: "linear-gradient(90deg, var(--fake), var(--paper), var(--real))", real: "var(--real)",
  fake: "var(--fake)", push: "var(--ink)", sheet: "var(--fake)",
};

export const row = (...inside) => element("div", { className: "row" }, ...inside);

export function button(text, pressed, how = "", className = "") {
  const made = element("button", { type: "button", textContent: text, title: how, className });
  made.addEventListener("click", pressed);
  return made;
}

// options: [value, text] of each
export function select(options) {
  const made = options.map(([value, text]) => element("option", { value, textContent: text }));
  return element("select", {}, ...made);
}

// A box for each layer of the picture, which turns it on and off in `show`.
export function layers(words, show, changed) {
  const boxes = Object.entries(LAYERS).map(([name, mark]) => {
    const box = element("input", { type: "checkbox", checked: show[name] });
    box.addEventListener("change", () => { show[name] = box.checked; changed(); });
    const shape = name === "fake" ? "swatch square" : "swatch";
    const swatch = element("span", { className: shape, style: `background: ${mark}` });
    return element("label", {}, box, swatch, words.layers[name]);
  });
  const made = row(...boxes);
  made.classList.add("layers");
  return made;
}

// What each number means, folded.
export function meanings(words) {
  const rows = Object.entries(words.meanings).flatMap(([name, text]) =>
    [element("dt", { textContent: words.facts[name] ?? name }), element("dd", { textContent: text })]);
  return element("details", { className: "meanings" },
    element("summary", { textContent: words.meaningsHead }), element("dl", {}, ...rows));
}
