// One game on the page: its map, its charts and its numbers.

import { Look } from "./data.js";
import { Game } from "./gan.js";
import { element, tinted } from "./page.js";
import { drawDistance, drawLine, drawLosses, drawPlane, drawShares, drawVerdicts } from "./pictures.js";
import { fill, shown } from "./words.js";

export const PANEL_CSS = `
.panel { display: grid; gap: 4px 16px; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); min-width: 0; }
.panels.two { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
.panels.two .panel { display: grid; grid-row: span 3; grid-template-columns: minmax(0, 1fr); grid-template-rows: subgrid; }
.panels.two .panel[hidden] { display: none; }
.panel h3 { font: 650 1em/1.3 system-ui, sans-serif; margin: 0 0 4px; }
.panel h4 { color: var(--muted); font: 600 .85em/1.3 system-ui, sans-serif; margin: 6px 0 2px; }
.panel canvas { display: block; width: 100%; }
.panel canvas.main { border: 1px solid var(--rule); border-radius: 6px; box-sizing: border-box; touch-action: pan-y; }
.panel canvas.main.drawing { cursor: crosshair; touch-action: none; }
dl { display: grid; font-size: .9em; gap: 1px 10px; grid-template-columns: auto 1fr auto 1fr; margin: 8px 0 0; }
.panel .said { font-size: .95em; margin-bottom: 8px; }
.panels.two dl { font-size: .82em; }
dt { color: var(--muted); } dd { margin: 0; min-width: 3.6em; white-space: nowrap; }
@container (max-width: 700px) { .panels.two dl { grid-template-columns: auto 1fr; } }
@container (max-width: 620px) {
  .panels:not(.two) .panel { display: block; }
  .panels.two { gap: 10px; }
}
`;

// Rows of numbers over a game of any length: when there are too many, every other one is dropped,
// and from then on half as many are kept.
class History {
  constructor(most = 800) {
    Object.assign(this, { most, kept: [], stride: 1, seen: 0, last: null });
  }

  add(row) {
    this.last = row;
    if (this.seen++ % this.stride === 0) this.kept.push(row);
    if (this.kept.length < this.most) return;
    this.kept = this.kept.filter((_, k) => k % 2 === 0);
    this.stride *= 2;
  }

  get rows() {
    return this.last ? [...this.kept, this.last] : [];
  }
}

export class Panel {
  constructor(words) {
    this.words = words;
    this.title = element("h3");
    this.said = element("p", { className: "said" });
    this.head = element("div", { className: "head", hidden: true }, this.title, this.said);
    this.main = element("canvas", { className: "main", tabIndex: 0, role: "img" });
    const chart = () => element("canvas", { role: "img" });
    [this.losses, this.shares, this.verdicts, this.distance] = [1, 2, 3, 4].map(chart);
    const roles = { D: "disc", G: "fake", [words.realPoints]: "real", [words.fakes]: "fake" };
    const head = (text) => tinted("h4", text, roles);
    this.sharesHead = head(words.shares);
    this.distanceHead = head(words.distance);
    this.numbers = element("dl");
    this.box = element("section", { className: "panel" }, this.head,
      element("div", {}, this.main, this.numbers), element("div", {}, head(words.losses), this.losses,
        this.sharesHead, this.shares, head(words.verdicts), this.verdicts, this.distanceHead,
        this.distance));
    for (const [name, canvas] of Object.entries({ losses: this.losses, shares: this.shares,
      verdicts: this.verdicts, distance: this.distance })) canvas.ariaLabel = words[name];
    this.where = null; // of the fakes on their way, in slow motion
    this.sketch = null; // what the reader draws
  }

  // Begin a game anew.
  begin(data, settings) {
    this.game = new Game(data.draw, { ...settings, dim: data.dim });
    this.look = new Look(data, this.game.settings);
    this.lossesSoFar = new History();
    this.distancesSoFar = new History();
    this.changed();
  }

  get seen() {
    return this.cached ??= this.look.at(this.game);
  }

  step() {
    this.game.step();
    this.note();
  }

  note() { // the losses, at every step, so that the curves of a seed are always the same
    const { steps, dLoss, gLoss } = this.game;
    this.lossesSoFar.add([steps, dLoss, gLoss]);
  }

  changed() { // the game has moved on, and will be drawn
    this.cached = this.where = null;
    const { step, jsd } = this.seen;
    this.distancesSoFar.add([step, jsd]);
  }

  draw(options = this.options) {
    this.options = options;
    const { colours } = options, { words, look, game, seen } = this;
    this.drawMain();
    drawLosses(this.losses, game.settings.loss, this.lossesSoFar.rows, colours, words);
    this.shares.hidden = this.sharesHead.hidden = !(seen.counts?.length > 1);
    if (!this.shares.hidden) drawShares(this.shares, seen, look.n, colours, words);
    drawVerdicts(this.verdicts, seen, colours, words);
    this.distance.hidden = this.distanceHead.hidden = look.data.dim === 1;
    if (!this.distance.hidden) {
      drawDistance(this.distance, this.distancesSoFar.rows, look.ownJSD, colours, words);
    }
    this.write();
  }

  drawMain() {
    const { show, colours } = this.options, { where, sketch, words, look } = this;
    const draw = look.data.dim === 1 ? drawLine : drawPlane;
    draw(this.main, this.game, look, this.seen, colours, { show, where, sketch, words });
  }

  // Let the fakes move from one place to another within a second, or at once where nothing may move.
  glide(from, to, still) {
    cancelAnimationFrame(this.frame);
    if (still || this.look.data.dim === 1) return this.draw();
    const begin = performance.now();
    const move = () => {
      const t = Math.min(1, (performance.now() - begin) / 1000), ease = t * t * (3 - 2 * t);
      this.where = t < 1 ? to.map((v, k) => from[k] + ease * (v - from[k])) : null;
      if (t < 1) this.frame = requestAnimationFrame(move);
      return t < 1 ? this.drawMain() : this.draw();
    };
    return move();
  }

  land() { // end a glide
    cancelAnimationFrame(this.frame);
    if (!this.where) return;
    this.where = null;
    this.draw();
  }

  facts() { // [name, text] of each number
    const { seen, words, look } = this, { counts } = seen, several = counts?.length > 1;
    const fact = (name, value = seen[name]) => [words.facts[name], shown(name, value)];
    const rows = ["step", "dLoss", "gLoss", "dReal", "dFake", "push"].map((name) => fact(name));
    if (several) {
      const found = fill(words.outOf, { n: shown("modes", seen.modes), of: counts.length });
      rows.push([words.facts.modes, found]);
    }
    if (counts) rows.push(fact("highQuality"));
    if (several) rows.push(fact("reverseKL"));
    if (look.data.dim === 2) rows.push(fact("jsd"), fact("ownJSD", look.ownJSD));
    else rows.push(fact("variation"), fact("gap"));
    return rows;
  }

  write() {
    const rows = this.facts(), { children } = this.numbers;
    if (children.length !== 2 * rows.length) {
      this.numbers.replaceChildren(...rows.flatMap(() => [element("dt"), element("dd")]));
    }
    rows.flat().forEach((text, k) => {
      if (children[k].textContent !== text) children[k].textContent = text;
    });
  }

  describe() { // for those to whom the page is read
    const facts = this.facts().map((row) => row.join(" ")).join(", "), { words, look, title } = this;
    const text = fill(look.data.dim === 1 ? words.lineLabel : words.plane, { facts });
    this.main.ariaLabel = this.head.hidden ? text : `${title.textContent}: ${text}`;
    return this.head.hidden ? facts : `${title.textContent}: ${facts}`;
  }
}
