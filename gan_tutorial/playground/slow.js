// Slow motion: a step in four stages, each with a caption and a diagram of who learns.

import { element } from "./page.js";
import { fill } from "./words.js";

const STAGES = ["look", "learnD", "push", "learnG"];

export const SLOW_CSS = `
.slow { align-items: center; display: flex; flex-wrap: wrap; gap: 6px 16px; margin: 8px 0; }
.slow svg { flex: none; height: auto; max-width: 100%; width: 400px; }
.slow rect { fill: var(--paper); stroke: var(--axis); stroke-width: 1.5; }
.slow text { fill: var(--ink); font: 13px system-ui, sans-serif; text-anchor: middle; }
.slow path { fill: var(--faint); stroke: var(--faint); stroke-width: 2; }
.slow .player { font-weight: 700; }
.slow .D.on rect { fill: var(--disc); stroke: var(--disc); }
.slow .G.on rect { fill: var(--fake); stroke: var(--fake); }
.slow .on .player { fill: var(--paper); }
.slow path.on { fill: var(--ink); stroke: var(--ink); }
.slow path.back.on { animation: run 0.8s linear infinite; stroke-dasharray: 6 5; }
.slow .D path.back.on { fill: var(--disc); stroke: var(--disc); }
.slow .G path.back.on { fill: var(--fake); stroke: var(--fake); }
.slow p { flex: 1 1 220px; min-height: 4.4em; }
@keyframes run { to { stroke-dashoffset: 11; } }
@media (prefers-reduced-motion: reduce) { .slow path.back.on { animation: none; } }
`;

// What is lit in each stage: boxes of the players who learn, and arrows.
const LIT = {
  look: ["zG", "GD", "rD", "Dv"],
  learnD: ["D", "backD"],
  push: ["GD", "Dv", "backG"],
  learnG: ["G", "backG"],
};

function diagram(words) {
  const box = (id, x) => `<g class="${id}" data-part="${id}"><rect x="${x}" y="30" width="48" height="40" rx="7"/>
    <text class="player" x="${x + 24}" y="55">${id}</text></g>`;
  const arrow = (id, d, classes = "") => `<path data-part="${id}" class="${classes}" d="${d}"/>`;
  const there = (x, y) => `M${x} ${y}l-7 -4v8z`, back = (x, y) => `M${x} ${y}l7 -4v8z`;
  return `<svg viewBox="0 0 420 118" role="img" aria-label="${words.diagram}">
    ${box("G", 92)}${box("D", 252)}
    <text x="34" y="55">${words.noise}</text><text x="196" y="30">${words.fakes}</text>
    <text x="276" y="113">${words.realPoints}</text><text x="374" y="48">${words.verdict}</text>
    ${arrow("zG", "M66 50H82" + there(91, 50))}${arrow("GD", "M142 42H242" + there(251, 42))}
    ${arrow("rD", "M276 98V82M276 72l-4 7h8z")}${arrow("Dv", "M302 42H318" + there(327, 42))}
    <g class="D">${arrow("backD", "M330 60H312" + back(302, 60), "back")}</g>
    <g class="G">${arrow("backG", "M250 60H152" + back(142, 60), "back")}</g></svg>`;
}

// Plays one game in stages. panel: the game and its pictures; say(text): what to read aloud;
// done(): after each whole step. Without motion the dots jump instead of moving.
export class SlowMotion {
  constructor(words, panel, { still, say, done }) {
    Object.assign(this, { words, panel, still, say, done });
    this.caption = element("p");
    this.box = element("div", { className: "slow", hidden: true });
    this.box.innerHTML = diagram(words);
    this.box.append(this.caption);
    this.stage = 0;
    this.timer = 0;
  }

  start() {
    this.box.hidden = false;
    if (!this.timer) this.tell();
  }

  stop() {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.timer = 0;
    this.panel.where = null;
  }

  // Leave slow motion between two steps, so that the seed's game goes on as it would have.
  finish() {
    this.stop();
    if (this.stage === 2 || this.stage === 3) this.learnG();
    this.stop();
    this.rewind();
    this.box.hidden = true;
  }

  rewind() {
    this.stage = 0;
    this.light([]);
    this.caption.textContent = "";
  }

  tell() { // show the present stage, and make the next one follow
    const name = STAGES[this.stage];
    this.light(LIT[name]);
    const text = this[name]();
    this.caption.textContent = text;
    this.say(text);
    this.stage = (this.stage + 1) % STAGES.length;
    this.timer = setTimeout(() => { this.timer = 0; this.tell(); }, 3200);
  }

  light(parts) {
    for (const part of this.box.querySelectorAll("[data-part]")) {
      part.classList.toggle("on", parts.includes(part.dataset.part));
    }
  }

  fill(name, values) {
    return fill(this.words.stages[name], values);
  }

  look() { // the fakes come out of the noise
    const { panel } = this, { z } = panel.look, { latent, dim } = panel.game.settings;
    const mean = (values) => (values.reduce((a, b) => a + b, 0) / values.length).toFixed(2);
    const { fakes, onReal, onFake } = panel.seen;
    const start = latent === 2 && dim === 2 ? Float64Array.from(z, (v) => v / 2) : fakes;
    this.glide(start, fakes);
    return this.fill("look", { fake: mean(onFake), real: mean(onReal) });
  }

  learnD() {
    const { panel } = this, { game } = panel;
    for (let k = 0; k < game.settings.dSteps; k++) game.stepD();
    const { dReal, dFake, realLogit, dLoss: before } = game;
    const after = game.lossOfD(); // at the same points, after the update
    Object.assign(game, { dReal, dFake, realLogit });
    panel.changed();
    return this.fill("learnD", { before: before.toFixed(3), after: after.toFixed(3) });
  }

  push() {
    this.panel.draw();
    return this.fill("push", {});
  }

  learnG() {
    const { panel } = this, { game } = panel, before = panel.seen.fakes;
    for (let k = 0; k < game.settings.gSteps; k++) game.stepG();
    game.steps++;
    panel.changed();
    this.glide(before, panel.seen.fakes);
    this.done();
    return this.fill("learnG", { loss: game.gLoss.toFixed(3) });
  }

  glide(from, to) { // the fakes move from one place to the other, in a second
    const { panel } = this, begin = performance.now();
    if (this.still() || panel.game.settings.dim !== 2) return panel.draw();
    const move = () => {
      const t = Math.min(1, (performance.now() - begin) / 1000), ease = t * t * (3 - 2 * t);
      panel.where = t < 1 ? to.map((v, k) => from[k] + ease * (v - from[k])) : null;
      panel.drawMain();
      if (t < 1) this.frame = requestAnimationFrame(move);
      else panel.draw();
    };
    return move();
  }
}
