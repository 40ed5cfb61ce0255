// Slow motion: a step in four stages, each with a caption and a diagram of who learns.

import { element } from "./page.js";
import { fill } from "./words.js";

const STAGES = ["look", "learnD", "push", "learnG"];
const WAIT = 3600; // milliseconds of a stage

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

// Plays one game in stages. still(): whether nothing may move; say(text): what to read aloud;
// done(): after each whole step.
export class SlowMotion {
  constructor(words, panel, { still, say, done }) {
    Object.assign(this, { words, panel, still, say, done });
    this.caption = element("p");
    this.box = element("div", { className: "slow", hidden: true });
    this.box.innerHTML = diagram(words);
    this.box.append(this.caption);
    this.stage = 0; // the one that comes next
    this.timer = 0;
  }

  start() {
    if (!this.timer) this.tell();
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.panel.land();
  }

  // Leave slow motion between two steps, so that the seed's game goes on as it would have.
  finish() {
    this.stop();
    if (STAGES[this.stage] === "push" || STAGES[this.stage] === "learnG") {
      this.moveG();
      this.panel.draw();
    }
    this.stage = 0;
    this.light([]);
    this.caption.textContent = "";
  }

  tell() { // show the present stage, and make the next one follow
    const name = STAGES[this.stage];
    this.stage = (this.stage + 1) % STAGES.length;
    this.timer = setTimeout(() => { this.timer = 0; this.tell(); }, WAIT);
    this.light(LIT[name]);
    this.caption.textContent = this[name]();
    this.say(this.caption.textContent);
    if (name === "learnG") this.done();
  }

  light(parts) {
    for (const part of this.box.querySelectorAll("[data-part]")) {
      part.classList.toggle("on", parts.includes(part.dataset.part));
    }
  }

  fill(name, values = {}) {
    return fill(this.words.stages[name], values);
  }

  look() { // the fakes come out of the noise
    const { panel } = this, { z } = panel.look, { latent, dim } = panel.game.settings;
    const { fakes, dReal, dFake } = panel.seen;
    const start = latent === 2 && dim === 2 ? Float64Array.from(z, (v) => v / 2) : fakes;
    panel.glide(start, fakes, this.still());
    return this.fill("look", { fake: dFake.toFixed(2), real: dReal.toFixed(2) });
  }

  learnD() {
    const { panel } = this, { game } = panel, { dSteps } = game.settings;
    if (!dSteps) return this.fill("restD");
    for (let k = 0; k < dSteps; k++) game.stepD();
    const { dReal, dFake, realLogit, dLoss: before } = game;
    const after = game.lossOfD(); // at the same points, after the update
    Object.assign(game, { dReal, dFake, realLogit });
    panel.note();
    panel.changed();
    panel.draw();
    return this.fill("learnD", { before: before.toFixed(3), after: after.toFixed(3) });
  }

  push() {
    this.panel.draw();
    return this.fill("push");
  }

  learnG() {
    const { panel } = this, before = panel.seen.fakes;
    this.moveG();
    panel.glide(before, panel.seen.fakes, this.still());
    const { gSteps } = panel.game.settings;
    return gSteps ? this.fill("learnG", { loss: panel.game.gLoss.toFixed(3) }) : this.fill("restG");
  }

  moveG() {
    const { game } = this.panel;
    for (let k = 0; k < game.settings.gSteps; k++) game.stepG();
    game.steps++;
    this.panel.note();
    this.panel.changed();
  }
}
