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
dt { color: var(--muted); } dd { margin: 0; }
@container (max-width: 700px) { .panels.two dl { grid-template-columns: auto 1fr; } }
@container (max-width: 620px) {
  .panels:not(.two) .panel { display: block; }
  .panels.two { gap: 10px; }
}
`;

const KEPT = 600; // rows of the history; beyond them every other one is dropped

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
    this.where = null; // of the fakes on their way, in slow motion
    this.ring = null; // what the reader draws
  }

  // Begin a game anew.
  begin(data, settings) {
    this.game = new Game(data.draw, { ...settings, dim: data.dim });
    this.look = new Look(data, this.game.settings);
    this.history = [];
    this.changed();
  }

  get seen() {
    return this.cached ??= this.look.at(this.game);
  }

  changed() { // the game has moved on
    this.cached = null;
    this.where = null;
    this.history.push([this.game.steps, this.game.dLoss, this.game.gLoss]);
    if (this.history.length > KEPT) this.history = this.history.filter((row, k) => k % 2 === 0);
  }

  draw(options = this.options) {
    this.options = options;
    const { colours } = options, { words, look } = this, { counts, jsd } = this.seen;
    this.history.at(-1)[3] = jsd;
    this.drawMain();
    drawLosses(this.losses, this.game, this.history, colours, words);
    this.shares.hidden = this.sharesHead.hidden = !counts || counts.length < 2;
    if (!this.shares.hidden) drawShares(this.shares, this.seen, look.n, colours, words);
    drawVerdicts(this.verdicts, this.seen, colours, words);
    this.distance.hidden = this.distanceHead.hidden = look.data.dim === 1;
    if (!this.distance.hidden) {
      drawDistance(this.distance, this.game, this.history, look.ownJSD, colours, words);
    }
    this.write();
  }

  drawMain() {
    const { show, colours } = this.options, { where, ring, words, look } = this;
    const draw = look.data.dim === 1 ? drawLine : drawPlane;
    draw(this.main, this.game, look, this.seen, colours, { show, where, ring, words });
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
    const facts = this.facts().map((row) => row.join(" ")).join(", "), { words, look } = this;
    this.main.ariaLabel = fill(look.data.dim === 1 ? words.lineLabel : words.plane, { facts });
    this.losses.ariaLabel = words.losses;
    this.shares.ariaLabel = words.shares;
    this.verdicts.ariaLabel = words.verdicts;
    this.distance.ariaLabel = words.distance;
    return facts;
  }
}
