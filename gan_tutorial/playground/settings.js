// The folded form of settings: what can be changed, within which bounds.

import { LOSSES } from "./gan.js";
import { element } from "./page.js";
import { fill } from "./words.js";

const choice = (...values) => ({ kind: "choice", values });
const real = (low, high) => ({ kind: "number", low, high });
const whole = (low, high) => ({ kind: "whole", low, high });
const units = { kind: "units" };

export const FIELDS = {
  loss: choice(...Object.keys(LOSSES)),
  optimizer: choice("adam", "sgd"),
  dRate: real(0, 1), gRate: real(0, 1), beta1: real(0, 0.99),
  dSteps: whole(0, 20), gSteps: whole(0, 20), batch: whole(8, 512),
  r1: real(0, 100), r2: real(0, 100), gp: real(0, 100), clip: real(0, 10), ema: real(0, 0.9999),
  latent: whole(1, 16), prior: choice("normal", "uniform"), hidden: units, dHidden: units,
  seed: whole(0, 999999),
};

export const SETTINGS_CSS = `
details { border-top: 1px solid var(--rule); margin-top: 10px; padding-top: 8px; }
summary { cursor: pointer; font-weight: 600; min-height: 24px; }
.fields { display: grid; gap: 8px 16px; grid-template-columns: repeat(auto-fill, minmax(145px, 1fr)); margin: 8px 0; }
.fields label { color: var(--muted); display: grid; font-size: .88em; gap: 2px; }
.fields :is(input, select) { font-size: 15px; width: 100%; }
`;

// Map what was typed to a value, or to undefined where it does not fit.
export function parse(field, text) {
  const { kind, low, high, values } = FIELDS[field], typed = text.trim();
  if (kind === "choice") return values.includes(typed) ? typed : undefined;
  if (kind === "units") {
    const parts = typed ? typed.split(/[\s,]+/).map(Number) : [];
    const fits = parts.length <= 4 && parts.every((n) => Number.isInteger(n) && n >= 1 && n <= 64);
    return fits ? parts : undefined;
  }
  const value = typed === "" ? NaN : Number(typed);
  if (!(value >= low && value <= high)) return undefined;
  return kind === "whole" && !Number.isInteger(value) ? undefined : value;
}

function asText(value) {
  if (!Array.isArray(value)) return String(value);
  return value.length ? value.join(" ") : "";
}

// changed(name, value) is told of each new value, wrong(text) of each that does not fit.
export class Settings {
  constructor(words, { changed, wrong }) {
    this.words = words;
    this.inputs = {};
    const form = element("div", { className: "fields" });
    for (const [name, { kind, values }] of Object.entries(FIELDS)) {
      const input = kind === "choice"
        ? element("select", {}, ...values.map((value) => element("option", { value, textContent: value })))
        : element("input", { type: "text", inputMode: kind === "units" ? "text" : "decimal", autocomplete: "off" });
      if (name === "dHidden" || name === "hidden") input.placeholder = words.noUnits;
      input.addEventListener("change", () => {
        const value = parse(name, input.value);
        if (value === undefined) wrong(this.complaint(name));
        else changed(name, value);
        this.fill(this.now);
      });
      this.inputs[name] = input;
      form.append(element("label", {}, words.fields[name], input));
    }
    this.box = element("details", {}, element("summary", { textContent: words.settings }), form);
  }

  complaint(name) {
    const { kind, low, high } = FIELDS[name], { words } = this;
    const text = { number: words.wrongNumber, whole: words.wrongWhole, units: words.wrongUnits }[kind];
    const value = asText(this.now[name]) || words.noUnits;
    return fill(text, { field: words.fields[name], low, high, value });
  }

  fill(settings) { // show these
    this.now = settings;
    for (const [name, input] of Object.entries(this.inputs)) input.value = asText(this.now[name]);
  }
}
