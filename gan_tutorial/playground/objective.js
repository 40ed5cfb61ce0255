// The objective to turn by hand: a density of fakes beside the real one, the best D, V and the JSD.

import { BASE, boot, element, keepKeys, language, watchTheme } from "./page.js";

const TEXTS = {
  en: {
    title: "Two densities, and the best discriminator between them", mean: "mean of the fakes",
    spread: "spread of the fakes", real: "real", fake: "fake", sureReal: "1, real", undecided: "undecided",
    sureFake: "0, fake", value: "V(D*, G)", jsd: "JSD", none: "nothing to tell apart: −log 4",
    all: "nothing in common: 0", won: "G has won: D can only say ½.",
    found: "mean {mean}, spread {spread}: V {value}, JSD {jsd}",
  },
  zh: {
    title: "两个密度，以及两者之间最优的判别器", mean: "假样本的均值", spread: "假样本的标准差", real: "真", fake: "假",
    sureReal: "1，真", undecided: "分不出", sureFake: "0，假", value: "V(D*, G)", jsd: "JSD",
    none: "无从区分：−log 4", all: "毫无共同之处：0", won: "G 赢了：D 只能回答 ½。",
    found: "均值 {mean}，标准差 {spread}：V {value}，JSD {jsd}",
  },
};
const RANGES = { mean: [-4, 4], spread: [0.4, 3] };
const [LEFT, RIGHT, WIDE] = [-7, 7, 720];
const place = (x) => (x - LEFT) / (RIGHT - LEFT) * WIDE;
const density = (x, mean, spread) =>
  Math.exp(-(((x - mean) / spread) ** 2) / 2) / (spread * Math.sqrt(2 * Math.PI));
const minus = (text) => text.replace("-", "−");

const OBJECTIVE_CSS = `
svg { display: block; height: auto; width: 100%; }
svg text { fill: var(--muted); font: 13px system-ui, sans-serif; }
svg :is(path, line) { fill: none; stroke-width: 2.2; }
svg .name { font-weight: 700; }
label { align-items: center; display: grid; gap: 12px; grid-template-columns: 10em 1fr 3em; min-height: 36px; }
.number { font-variant-numeric: tabular-nums; text-align: right; }
.values { display: flex; flex-wrap: wrap; gap: 4px 32px; margin: 8px 0; }
@container (max-width: 480px) {
  svg text { font-size: 22px; }
  label { grid-template-columns: 1fr 3em; } label input { grid-column: 1 / -1; grid-row: 2; }
}
`;

// V(D*, G) in nats for real points from N(0, 1) and fakes from N(mean, spread^2): the midpoint rule,
// far into the tails. The JSD is (V + log 4) / 2.
export function bestValue(mean, spread, reach = 25, steps = 5000) {
  const width = 2 * reach / steps;
  let value = 0;
  for (let i = 0; i < steps; i++) {
    const x = -reach + (i + 0.5) * width, p = density(x, 0, 1), q = density(x, mean, spread);
    if (p > 0) value += p * Math.log(p / (p + q)) * width;
    if (q > 0) value += q * Math.log(q / (p + q)) * width;
  }
  return value;
}

function curve(f, y) {
  const points = Array.from({ length: 561 }, (_, k) => LEFT + (RIGHT - LEFT) * k / 560);
  return "M" + points.map((x) => `${place(x).toFixed(1)} ${y(f(x)).toFixed(1)}`).join("L");
}

function drawing(mean, spread, texts) {
  const up = (y) => 190 - 165 * y, down = (y) => 375 - 130 * y;
  const p = (x) => density(x, 0, 1), q = (x) => density(x, mean, spread);
  const D = (x) => { const sum = p(x) + q(x); return sum > 0 ? p(x) / sum : 0.5; };
  const filled = (f, role) => `<path d="${curve(f, up)}L${WIDE} 190L0 190Z"
    style="fill: var(--${role}); fill-opacity: .12"/><path d="${curve(f, up)}" stroke="var(--${role})"/>`;
  const close = Math.abs(mean) < 0.6 && Math.abs(q(mean) - p(0)) < 0.12; // the names would overlap
  const name = (text, x, y, role, anchor = "middle") =>
    `<text class="name" x="${x}" y="${y}" text-anchor="${anchor}" style="fill: var(--${role})">${text}</text>`;
  const end = D(6.6);
  return `${filled(p, "real")}${filled(q, "fake")}
    ${name(texts.real, place(0), up(p(0)) - 8, "real")}
    ${name(texts.fake, place(mean), up(Math.min(q(mean), 1.02)) - (close ? 24 : 8), "fake")}
    <line x1="0" x2="${WIDE}" y1="190" y2="190" stroke="var(--faint)"/>
    <line x1="0" x2="${WIDE}" y1="${down(0.5)}" y2="${down(0.5)}" stroke="var(--faint)" stroke-dasharray="4 4"/>
    <path d="${curve(D, down)}" stroke="var(--disc)"/>
    <text x="0" y="${down(1) - 8}">${texts.sureReal}</text>
    <text x="0" y="${down(0.5) - 6}">${texts.undecided}</text><text x="0" y="${down(0) + 18}">${texts.sureFake}</text>
    ${name("D*(x)", 712, down(end) + (end > 0.5 ? 22 : -10), "disc", "end")}`;
}

// Bring the explorer to life inside a host element, from a mean and a spread.
export function mountObjective(host, { mean = 2, spread = 1 } = {}) {
  const texts = TEXTS[language()];
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const frame = element("div", { className: "frame", role: "group", ariaLabel: texts.title });
  const inputs = {}, outputs = {};
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value = name === "mean" ? mean : spread;
    inputs[name] = element("input", { type: "range", min, max, step: 0.1, value });
    outputs[name] = element("b", { className: "number" });
    inputs[name].addEventListener("input", draw);
    frame.append(element("label", {}, texts[name], inputs[name], outputs[name]));
  }
  frame.insertAdjacentHTML("beforeend", `<svg class="main" viewBox="0 0 720 400" role="img"></svg>
    <p class="values"><span>${texts.value} = <b class="value"></b></span><span>${texts.jsd} = <b class="jsd"></b></span></p>
    <svg viewBox="0 0 720 46" aria-hidden="true"><rect y="6" width="720" height="12" rx="6" fill="var(--faint)"/>
    <rect class="bar" y="6" height="12" rx="6" fill="var(--ink)"/><text y="38">${texts.none}</text>
    <text x="720" y="38" text-anchor="end">${texts.all}</text></svg><p class="won" role="status"></p>`);
  const part = (name) => frame.querySelector(name);
  function draw() {
    const [m, s] = [Number(inputs.mean.value), Number(inputs.spread.value)];
    const value = bestValue(m, s), jsd = Math.max(0, (value + Math.log(4)) / 2);
    const found = { mean: minus(m.toFixed(1)), spread: s.toFixed(1), value: minus(value.toFixed(3)), jsd: jsd.toFixed(3) };
    outputs.mean.textContent = found.mean;
    outputs.spread.textContent = found.spread;
    part(".main").innerHTML = drawing(m, s, texts);
    part(".main").setAttribute("aria-label", texts.found.replace(/\{(\w+)\}/g, (_, k) => found[k]));
    part(".value").textContent = found.value;
    part(".jsd").textContent = found.jsd;
    part(".bar").setAttribute("width", 720 * jsd / Math.LN2);
    part(".won").textContent = m === 0 && s === 1 ? texts.won : "";
  }
  root.replaceChildren(element("style", { textContent: BASE + OBJECTIVE_CSS }), frame);
  keepKeys(host, root);
  watchTheme(host, () => {});
  draw();
}

boot("objective", mountObjective);
