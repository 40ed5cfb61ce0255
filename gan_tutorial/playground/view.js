// The playground on a page: controls around one game, or around two from the same seed.

import { DATA, drawn } from "./data.js";
import { DEFAULTS } from "./gan.js";
import { BASE, boot, calm, element, keepKeys, watchTheme } from "./page.js";
import { HALF } from "./pictures.js";
import { PANEL_CSS, Panel } from "./panel.js";
import { PRESETS, namedSteps, sentence } from "./presets.js";
import { SETTINGS_CSS, Settings } from "./settings.js";
import { SLOW_CSS, SlowMotion } from "./slow.js";
import { WORDS, fill } from "./words.js";

const BUDGET = 11; // milliseconds of a frame for training
const CALM = { wait: 1000, budget: 300, times: 25 }; // without motion: a picture a second
const SILENCE = 6000; // milliseconds between two reports while a game runs

const CSS = `
.row { align-items: center; display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 10px; }
.row label { align-items: center; display: inline-flex; gap: 6px; min-height: 28px; }
.row .end { margin-left: auto; }
button[aria-pressed=true], .go { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.go { font-weight: 650; min-width: 6.5em; }
.disc { border-color: var(--disc); color: var(--disc); } .fake { border-color: var(--fake); color: var(--fake); }
.see { margin-bottom: 10px; max-width: 44em; }
.cure { border-color: var(--now); border-width: 2px; }
.key { color: var(--muted); font-size: .88em; margin-top: 6px; }
.status { color: var(--muted); margin-top: 8px; min-height: 1.45em; }
.layers { margin: 8px 0 0; gap: 4px 14px; font-size: .92em; }
.swatch { border-radius: 50%; display: inline-block; height: .75em; width: .75em; }
`;

const LAYERS = { // and their marks
  map: "linear-gradient(90deg, var(--fake), var(--paper), var(--real))", real: "var(--real)",
  fake: "var(--fake)", push: "var(--ink)", sheet: "var(--fake)",
};

class View {
  constructor(host, { preset = "collapse", settings = {}, points = [] } = {}) {
    if (!(preset in PRESETS)) preset = "collapse";
    this.host = host;
    this.language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
    this.words = WORDS[this.language];
    this.preset = preset;
    this.given = settings; // what the page's author changes of the preset
    this.changes = {}; // what the reader does
    this.points = points; // that the reader drew, or the page's author gave
    this.dataName = points.length ? "drawn" : null; // null: the preset's
    this.cured = this.paired = this.playing = this.slow = this.drawing = false;
    this.show = { map: true, real: true, fake: true, push: true, sheet: false };
    this.speed = 6;
    this.cross = [0, 0];
    this.build();
    this.listen();
    this.begin();
    this.watch();
  }

  // ---- The page ------------------------------------------------------------------------------------

  build() {
    const { host, words } = this, root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.root = root;
    this.panels = [new Panel(words), new Panel(words)];
    const option = (value, text) => element("option", { value, textContent: text });
    const names = Object.entries(PRESETS).map(([name, p]) => option(name, p[this.language].label));
    this.presetSelect = element("select", {}, ...names);
    const sets = Object.entries(words.datasets).map(([name, text]) => option(name, text));
    this.dataSelect = element("select", {}, ...sets);
    this.drawButton = this.button(words.draw, () => this.toggleDrawing());
    this.see = element("p", { className: "see" });
    this.cureButton = this.button("", () => this.toggleCure(), "", "cure");
    this.compareButton = this.button(words.compare, () => this.toggleCompare());
    this.playButton = this.button(words.play, () => this.playing ? this.pause() : this.play(), "", "go");
    this.speedInput = element("input", { type: "range", min: 1, max: 30, value: this.speed });
    this.slowButton = this.button(words.slow, () => this.toggleSlow(), words.slowHow);
    this.motion = new SlowMotion(words, this.panels[0], {
      still: calm, say: (text) => this.say(text), done: () => this.describe(),
    });
    this.settings = new Settings(words, {
      changed: (name, value) => this.change(name, value), wrong: (text) => this.say(text),
    });
    this.status = element("p", { className: "status", role: "status" });
    this.legend = element("p", { className: "key" });
    this.panelBox = element("div", { className: "panels" }, ...this.panels.map((panel) => panel.box));
    root.replaceChildren(
      element("style", { textContent: BASE + CSS + PANEL_CSS + SETTINGS_CSS + SLOW_CSS }),
      element("div", { className: "frame", role: "group", ariaLabel: words.title },
        this.row(element("label", {}, words.game, this.presetSelect),
          element("label", {}, words.data, this.dataSelect), this.drawButton),
        this.see, this.row(this.cureButton, this.compareButton), this.controls(), this.motion.box,
        this.panelBox, this.legend, this.layers(), this.status, this.settings.box));
  }

  row(...inside) {
    return element("div", { className: "row" }, ...inside);
  }

  button(text, pressed, how = "", className = "") {
    const made = element("button", { type: "button", textContent: text, title: how, className });
    made.addEventListener("click", pressed);
    return made;
  }

  controls() {
    const { words } = this;
    return this.row(this.playButton,
      this.button(words.stepD, () => this.one("D"), words.stepDHow, "disc"),
      this.button(words.stepG, () => this.one("G"), words.stepGHow, "fake"),
      this.button(words.both, () => this.one("both"), words.bothHow),
      this.button(words.reset, () => this.begin(), words.resetHow), this.slowButton,
      element("label", {}, words.speed, this.speedInput));
  }

  layers() {
    const boxes = Object.entries(LAYERS).map(([name, role]) => {
      const box = element("input", { type: "checkbox", checked: this.show[name] });
      box.addEventListener("change", () => { this.show[name] = box.checked; this.draw(); });
      const swatch = element("span", { className: "swatch", style: `background: ${role}` });
      return element("label", {}, box, swatch, this.words.layers[name]);
    });
    const row = this.row(...boxes);
    row.classList.add("layers");
    return row;
  }

  // ---- The games -----------------------------------------------------------------------------------

  get active() { // the games that are shown
    return this.paired ? this.panels : this.panels.slice(0, 1);
  }

  get data() {
    if (this.dataName === "drawn") return this.points.length ? drawn(this.points) : null;
    return DATA[this.dataName ?? PRESETS[this.preset].data]();
  }

  settingsOf(cured) {
    const { settings, cure } = PRESETS[this.preset];
    return { ...DEFAULTS, ...settings, ...this.given, ...(cured ? cure : {}), ...this.changes };
  }

  begin() { // all games anew, from their seed
    this.pause();
    const { data } = this, { cure } = PRESETS[this.preset];
    if (!data) return this.say(this.words.drawNone);
    if (!cure) this.cured = this.paired = false;
    this.motion.finish();
    this.panels[0].begin(data, this.settingsOf(this.cured && !this.paired));
    if (this.paired) this.panels[1].begin(data, this.settingsOf(true));
    this.stops = this.asWritten ? namedSteps(this.preset, this.texts) : [];
    this.write();
    this.draw();
    this.describe();
    return this.say(this.words.ready);
  }

  get asWritten() { // whether the preset's text speaks of this game
    return !this.dataName && !Object.keys(this.changes).length && !Object.keys(this.given).length;
  }

  get texts() { // which of the preset's texts speak of what is shown
    return this.paired ? ["see", "cured"] : [this.cured ? "cured" : "see"];
  }

  write() { // all that depends on which game it is
    const { words, preset } = this, { cure, data } = PRESETS[preset], text = PRESETS[preset][this.language];
    this.presetSelect.value = preset;
    this.dataSelect.value = this.dataName ?? data;
    const said = this.asWritten ? this.texts.map((name) => sentence(preset, this.language, name)) : [];
    this.see.textContent = said.length ? said[0] : this.ownText();
    this.see.hidden = said.length > 1; // then each stands above its own picture
    this.cureButton.hidden = !cure || this.paired;
    this.cureButton.textContent = this.cured ? words.back : cure && fill(words.again, { cure: text.cure });
    this.compareButton.hidden = !cure;
    this.compareButton.textContent = this.paired ? words.single : words.compare;
    this.panels[1].box.hidden = !this.paired;
    this.panels.forEach((panel, k) => {
      panel.head.hidden = !this.paired;
      panel.title.textContent = k ? fill(words.curedBy, { cure: text.cure }) : words.asItIs;
      panel.said.textContent = said[k] ?? "";
    });
    this.panelBox.classList.toggle("two", this.paired);
    this.slowButton.disabled = this.paired;
    this.legend.textContent = this.panels[0].look.data.dim === 1 ? words.lineKey : words.mapKey;
    this.settings.fill(this.panels[0].game.settings);
  }

  ownText() {
    const { words, preset } = this, names = Object.keys({ ...this.given, ...this.changes });
    const what = [
      ...(this.dataName ? [fill(words.ownData, { data: words.datasets[this.dataName] })] : []),
      ...(names.length
        ? [fill(words.ownSettings, { names: names.map((name) => words.fields[name] ?? name).join(", ") })] : []),
    ].join(", ");
    return fill(words.ownGame, { what, preset: PRESETS[preset][this.language].label });
  }

  choose(preset) {
    Object.assign(this, { preset, given: {}, changes: {}, dataName: null, cured: false, paired: false });
    this.endDrawing();
    this.begin();
  }

  change(name, value) { // a setting: the games start anew, so that a seed still says all
    this.changes[name] = value;
    this.begin();
  }

  toggleCure() {
    this.cured = !this.cured;
    this.begin();
    this.play();
  }

  toggleCompare() {
    if (this.slow) this.toggleSlow();
    this.paired = !this.paired;
    this.begin();
    if (this.paired) this.play();
  }

  toggleSlow() {
    this.pause();
    this.slow = !this.slow;
    if (!this.slow) this.motion.finish();
    this.motion.box.hidden = !this.slow;
    this.slowButton.setAttribute("aria-pressed", this.slow);
    this.draw();
    if (this.slow) this.play();
  }

  // ---- Time ----------------------------------------------------------------------------------------

  play() {
    if (this.playing || !this.panels[0].game) return;
    if (this.drawing) this.toggleDrawing();
    this.playing = true;
    this.playButton.textContent = this.words.pause;
    if (this.slow) this.motion.start();
    else this.tick();
  }

  pause() {
    this.playing = this.resume = false;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.motion.stop();
    this.playButton.textContent = this.words.play;
  }

  one(who) {
    this.pause();
    for (const panel of this.active) {
      if (who === "D") panel.game.stepD();
      else if (who === "G") panel.game.stepG();
      else panel.game.step();
      panel.changed();
    }
    this.draw();
    this.report();
  }

  tick() { // a frame: some steps, then one picture
    if (!this.playing) return;
    if (!this.host.isConnected) return this.pause();
    const still = calm(), begin = performance.now();
    const steps = this.speed * (still ? CALM.times : 1), budget = still ? CALM.budget : BUDGET;
    let stop = false;
    for (let k = 0; k < steps && !stop && performance.now() - begin < budget; k++) {
      for (const { game } of this.active) game.step();
      stop = this.stops[0] === this.panels[0].game.steps;
    }
    for (const panel of this.active) panel.changed();
    this.draw();
    if (this.active.some(({ game }) => game.broken)) return this.breakOff();
    if (stop) return this.arrive();
    if (begin - this.said > SILENCE) this.report();
    if (still) this.timer = setTimeout(() => this.tick(), CALM.wait);
    else this.frame = requestAnimationFrame(() => this.tick());
  }

  arrive() { // at a step that the text names: stand still, so that one can look
    this.pause();
    this.describe();
    this.say(fill(this.words.reached, { step: this.stops.shift() }));
  }

  breakOff() {
    this.pause();
    this.describe();
    this.say(fill(this.words.broken, { step: this.panels[0].game.steps }));
  }

  // ---- What is shown and said ------------------------------------------------------------------------

  draw() {
    if (!this.panels[0].game || !this.colours) return;
    const { show, colours } = this;
    this.panels[0].ring = this.drawing ? { points: this.points, cross: this.cross } : null;
    for (const panel of this.active) panel.draw({ show, colours });
  }

  describe() {
    return this.active.map((panel) => panel.describe()).join("; ");
  }

  report() {
    this.say(fill(this.words.status, { facts: this.describe() }), { aloud: true });
  }

  say(text, { aloud = false } = {}) { // aloud: for a screen reader alone, the numbers are on the page
    this.said = performance.now();
    this.status.textContent = text;
    this.status.classList.toggle("unseen", aloud);
  }

  // ---- Drawing data ----------------------------------------------------------------------------------

  toggleDrawing() {
    if (this.drawing) {
      if (!this.points.length) return this.say(this.words.drawNone);
      this.endDrawing();
      this.dataName = "drawn";
      return this.begin();
    }
    if (this.data.dim === 1) this.dataName = "two"; // the map is drawn on, not the line
    this.cured = this.paired = false;
    this.begin();
    this.points = [];
    this.drawing = true;
    this.markDrawing();
    this.draw();
    this.panels[0].main.focus();
    return this.say(this.words.drawHow);
  }

  endDrawing() {
    this.drawing = false;
    this.markDrawing();
  }

  markDrawing() {
    this.drawButton.textContent = this.drawing ? this.words.drawDone : this.words.draw;
    this.drawButton.setAttribute("aria-pressed", this.drawing);
    this.panels[0].main.classList.toggle("drawing", this.drawing);
  }

  addPoint(x, y) {
    const last = this.points.at(-1), near = last && Math.hypot(last[0] - x, last[1] - y) < 0.05;
    if (!near) this.points.push([x, y]);
    this.draw();
  }

  // ---- Hands -----------------------------------------------------------------------------------------

  listen() {
    const { main } = this.panels[0];
    keepKeys(this.host, this.root);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.presetSelect.addEventListener("change", () => this.choose(this.presetSelect.value));
    this.dataSelect.addEventListener("change", () => this.chooseData(this.dataSelect.value));
    this.speedInput.addEventListener("input", () => { this.speed = Number(this.speedInput.value); });
    const place = (event) => {
      const { left, top, width } = main.getBoundingClientRect();
      const along = (at, start) => HALF * (2 * (at - start) / width - 1);
      this.addPoint(along(event.clientX, left), -along(event.clientY, top));
    };
    main.addEventListener("pointerdown", (event) => {
      if (!this.drawing) return;
      main.setPointerCapture(event.pointerId);
      place(event);
    });
    main.addEventListener("pointermove", (event) => {
      if (this.drawing && event.buttons) place(event);
    });
  }

  chooseData(name) {
    if (name === "drawn" && !this.points.length) {
      this.dataSelect.value = this.dataName ?? PRESETS[this.preset].data;
      return this.toggleDrawing();
    }
    this.dataName = name === PRESETS[this.preset].data ? null : name;
    this.endDrawing();
    return this.begin();
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    if (this.drawing && target === this.panels[0].main && this.drawingKey(key)) {
      event.preventDefault();
      return;
    }
    const typing = target.matches("select, input:not([type=checkbox])");
    if (typing || key === " " && target.matches("button, summary, input")) return;
    const acts = {
      " ": () => this.playing ? this.pause() : this.play(), d: () => this.one("D"),
      g: () => this.one("G"), b: () => this.one("both"), r: () => this.begin(),
      s: () => this.paired || this.toggleSlow(),
    };
    if (!(key in acts)) return;
    event.preventDefault();
    acts[key]();
  }

  drawingKey(key) { // whether the key was for drawing
    const move = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
    const bounded = (v) => Math.min(1.5, Math.max(-1.5, Math.round(10 * v) / 10));
    if (move) this.cross = this.cross.map((v, i) => bounded(v + 0.1 * move[i]));
    else if (key === "Enter") this.points.push([...this.cross]);
    else if (key === "Backspace") this.points.pop();
    else return false;
    this.draw();
    return true;
  }

  watch() { // light and dark, width, sight
    this.endTheme = watchTheme(this.host, (colours) => { this.colours = colours; this.draw(); });
    this.resizes = new ResizeObserver(() => this.draw());
    this.resizes.observe(this.host);
    this.sight = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting && this.playing) {
        this.pause();
        this.resume = true;
      } else if (entry.isIntersecting && this.resume) {
        this.play();
      }
    });
    this.sight.observe(this.host);
  }

  destroy() {
    this.pause();
    this.endTheme();
    this.resizes.disconnect();
    this.sight.disconnect();
  }
}

export function mount(host, options) {
  return host.playground = new View(host, options);
}

boot("playground", mount);
