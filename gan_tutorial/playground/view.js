// The playground on a page: controls around one game, or around two from the same seed.

import { CSS, button, layers, meanings, row, select } from "./controls.js";
import { DATA, HALF, drawn } from "./data.js";
import { DEFAULTS, LOSSES } from "./gan.js";
import { BASE, boot, calm, element, keepKeys, language, watchTheme } from "./page.js";
import { PANEL_CSS, Panel } from "./panel.js";
import { PRESETS, namedSteps, sentence } from "./presets.js";
import { SETTINGS_CSS, Settings } from "./settings.js";
import { SLOW_CSS, SlowMotion } from "./slow.js";
import { WORDS, fill, shown } from "./words.js";

const BUDGET = 11; // milliseconds of a frame for training
const CALM = { wait: 1000, budget: 300, times: 25 }; // without motion: a picture a second
const SILENCE = 6000; // milliseconds between two reports while a game runs
const EDGE = 1.5; // points are drawn between -EDGE and EDGE
const NO_START = { shift: null, gScale: 1, ahead: 0 }; // G's first heap belongs to the preset's data

class View {
  constructor(host, { preset = "collapse", settings = {}, points = [] } = {}) {
    this.host = host;
    this.language = language();
    this.words = WORDS[this.language];
    this.preset = preset in PRESETS ? preset : "collapse";
    this.given = settings; // what the page's author changes of the preset
    this.changes = {}; // what the reader changes
    this.points = points; // drawn by the reader, or given by the author
    this.dataName = points.length ? "drawn" : null; // null: the preset's
    this.sketch = null; // points that are being drawn
    this.cross = [0, 0]; // where the keyboard draws
    this.cured = this.paired = this.playing = this.resume = this.slow = this.byHand = false;
    this.show = { map: true, real: true, fake: true, push: true, sheet: false };
    this.speed = 6;
    this.build();
    this.listen();
    this.restart();
    this.watch();
  }

  // ---- The page ------------------------------------------------------------------------------------

  build() {
    const { host, words } = this, root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.root = root;
    this.panels = [new Panel(words), new Panel(words)];
    const labels = Object.entries(PRESETS).map(([name, texts]) => [name, texts[this.language].label]);
    this.presetSelect = select(labels);
    this.dataSelect = select(Object.entries(words.datasets));
    this.drawButton = button(words.draw, () => this.sketch ? this.endSketch() : this.beginSketch());
    this.see = element("p", { className: "see" });
    this.cureButton = button("", () => this.restart({ cured: !this.cured }, true), "", "cure");
    this.compareButton = button("", () => this.toggleCompare());
    this.playButton = button(words.play, () => this.toggle(), "", "go");
    this.speedInput = element("input", { type: "range", min: 1, max: 30, value: this.speed });
    this.slowButton = button(words.slow, () => this.toggleSlow(), words.slowHow);
    this.slowButton.setAttribute("aria-pressed", false);
    this.motion = new SlowMotion(words, this.panels[0], {
      still: calm, say: (text) => this.say(text), done: () => this.check(),
    });
    this.settings = new Settings(words, {
      changed: (name, value) => this.change(name, value), wrong: (text) => this.tell(text),
    });
    this.note = element("p", { className: "note" });
    this.live = element("p", { className: "unseen", role: "status" });
    this.legend = element("p", { className: "key" });
    this.panelBox = element("div", { className: "panels" }, ...this.panels.map((panel) => panel.box));
    root.replaceChildren(
      element("style", { textContent: BASE + CSS + PANEL_CSS + SETTINGS_CSS + SLOW_CSS }),
      element("div", { className: "frame", role: "group", ariaLabel: words.title },
        row(element("label", {}, words.game, this.presetSelect),
          element("label", {}, words.data, this.dataSelect), this.drawButton),
        this.see, row(this.cureButton, this.compareButton), this.controls(), this.note, this.live,
        this.motion.box, this.legend, this.panelBox, layers(words, this.show, () => this.draw()),
        element("p", { className: "key", textContent: words.keys }), this.settings.box, meanings(words)));
  }

  controls() {
    const { words } = this;
    return row(this.playButton, button(words.stepD, () => this.one("D"), words.stepDHow, "disc"),
      button(words.stepG, () => this.one("G"), words.stepGHow, "fake"),
      button(words.both, () => this.one("both"), words.bothHow),
      button(words.reset, () => this.restart(), words.resetHow), this.slowButton,
      element("label", {}, words.speed, this.speedInput));
  }

  // ---- Which game it is ------------------------------------------------------------------------------

  get active() { // the games that are shown
    return this.paired ? this.panels : this.panels.slice(0, 1);
  }

  get game() {
    return this.panels[0].game;
  }

  get cure() { // null: there is none, or the reader has changed what it would change
    const { cure } = PRESETS[this.preset];
    return cure && !Object.keys(cure).some((name) => name in this.changes) ? cure : null;
  }

  settingsOf(cured) {
    const start = this.dataName ? NO_START : {}, cure = cured ? this.cure : {};
    const preset = { ...DEFAULTS, ...PRESETS[this.preset].settings };
    preset.dHidden ??= preset.hidden; // so that a change of G's does not change D's, too
    return { ...preset, ...start, ...this.given, ...cure, ...this.changes };
  }

  get asWritten() { // whether the preset's text speaks of this game
    const same = (o) => !Object.keys(o).length;
    return !this.dataName && !this.byHand && same(this.changes) && same(this.given);
  }

  get texts() { // which of the preset's texts speak of what is shown
    return this.paired ? ["see", "cured"] : [this.cured ? "cured" : "see"];
  }

  // All games anew, from their seed, with some of this view's fields changed.
  restart(fields = {}, play = false) {
    this.pause();
    this.motion.finish();
    Object.assign(this, { sketch: null, byHand: false, stopped: false }, fields);
    if (!this.cure) this.cured = this.paired = false;
    const data = this.dataName === "drawn" ? drawn(this.points)
      : DATA[this.dataName ?? PRESETS[this.preset].data]();
    this.panels[0].begin(data, this.settingsOf(this.cured && !this.paired));
    if (this.paired) this.panels[1].begin(data, this.settingsOf(true));
    this.stops = this.asWritten ? namedSteps(this.preset, this.texts) : [];
    this.writeTexts();
    this.writeControls();
    this.draw();
    this.describe();
    this.tell(this.words.ready);
    if (play) this.play();
  }

  change(name, value) {
    const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
    if (same(value, this.game.settings[name])) return;
    const { [name]: old, ...changes } = this.changes, before = this.changes;
    this.changes = changes;
    const unchanged = this.settingsOf(this.cured)[name];
    this.changes = before;
    this.restart({ changes: same(value, unchanged) ? changes : { ...changes, [name]: value } });
  }

  chooseData(name) {
    if (name === "drawn" && !this.points.length) return this.beginSketch();
    return this.restart({ dataName: name === PRESETS[this.preset].data ? null : name });
  }

  toggleCompare() {
    if (this.slow) this.toggleSlow();
    this.restart({ paired: !this.paired }, !this.paired);
  }

  // ---- What is written -------------------------------------------------------------------------------

  writeTexts() {
    const { words, preset, panels } = this, text = PRESETS[preset][this.language];
    const said = this.asWritten ? this.texts.map((name) => sentence(preset, this.language, name)) : [];
    this.see.textContent = said.length ? said[0] : this.ownText();
    this.see.hidden = said.length > 1; // then each stands above its own picture
    panels.forEach((panel, k) => {
      panel.head.hidden = !this.paired;
      panel.title.textContent = k ? fill(words.curedBy, { cure: text.cure }) : words.asItIs;
      panel.said.textContent = said[k] ?? "";
    });
    const { targets } = LOSSES[this.game.settings.loss], { dim } = this.game.settings;
    this.legend.textContent = dim === 1 ? words.lineKey
      : targets === undefined ? words.mapKey : words.scoreKey;
  }

  writeControls() {
    const { words, preset, cure } = this, text = PRESETS[preset][this.language];
    this.presetSelect.value = preset;
    this.dataSelect.value = this.dataName ?? PRESETS[preset].data;
    this.drawButton.textContent = this.sketch ? words.drawDone : words.draw;
    this.cureButton.hidden = !cure || this.paired;
    this.cureButton.textContent = this.cured ? words.back : fill(words.again, { cure: text.cure ?? "" });
    this.compareButton.hidden = !cure;
    this.compareButton.textContent = this.paired ? words.single : words.compare;
    this.panels[1].box.hidden = !this.paired;
    this.panelBox.classList.toggle("two", this.paired);
    this.slowButton.disabled = this.paired;
    this.settings.fill(this.game.settings);
    const { main } = this.panels[0];
    main.classList.toggle("drawing", Boolean(this.sketch));
    main.setAttribute("role", this.sketch ? "application" : "img");
  }

  ownText() {
    const { words, preset } = this, names = Object.keys({ ...this.given, ...this.changes });
    const fields = names.map((name) => words.fields[name] ?? name).join(", ");
    const what = [
      ...(this.dataName ? [fill(words.ownData, { data: words.datasets[this.dataName] })] : []),
      ...(names.length ? [fill(words.ownSettings, { names: fields })] : []),
      ...(this.byHand ? [words.ownSteps] : []),
    ].join("; ");
    return fill(words.ownGame, { what, preset: PRESETS[preset][this.language].label });
  }

  // ---- Time ----------------------------------------------------------------------------------------

  toggle() {
    if (!this.playing && !this.resume) return this.play();
    this.pause();
    return this.report();
  }

  play() {
    if (this.playing) return;
    if (this.sketch) this.endSketch();
    else if (this.stopped) this.breakOff();
    else this.run();
  }

  run() {
    this.playing = true;
    this.playButton.textContent = this.words.pause;
    this.note.textContent = "";
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

  rest() { // until the place is seen again
    if (!this.playing) return;
    this.pause();
    this.resume = true;
  }

  toggleSlow() {
    if (this.sketch) this.endSketch();
    this.pause();
    this.slow = !this.slow;
    this.motion.finish();
    this.motion.box.hidden = !this.slow;
    this.slowButton.setAttribute("aria-pressed", this.slow);
    this.draw();
    if (this.slow) this.play();
  }

  one(who) {
    if (this.sketch) this.endSketch();
    this.pause();
    this.motion.finish(); // a step that was begun
    for (const panel of this.active) {
      if (who === "D") panel.game.stepD();
      else if (who === "G") panel.game.stepG();
      else panel.game.step();
      panel.note();
    }
    if (who !== "both" && !this.byHand) {
      this.byHand = true; // the seed's game would have gone otherwise
      this.stops = [];
      this.writeTexts();
    }
    this.note.textContent = "";
    this.picture();
    if (!this.check()) this.report();
  }

  tick() { // a frame: some steps, then one picture
    if (!this.playing) return;
    if (!this.host.isConnected) return this.rest();
    const still = calm(), begin = performance.now();
    const steps = this.speed * (still ? CALM.times : 1), budget = still ? CALM.budget : BUDGET;
    for (let k = 0; k < steps && performance.now() - begin < budget; k++) {
      for (const panel of this.active) panel.step();
      if (this.active.some(({ game }) => game.broken) || this.game.steps >= this.stops[0]) break;
    }
    this.picture();
    if (this.check()) return;
    if (begin - this.said > SILENCE) this.report();
    if (still) this.timer = setTimeout(() => this.tick(), CALM.wait);
    else this.frame = requestAnimationFrame(() => this.tick());
  }

  // Stand still where a weight is no number any more, or at a step that the text names; say whether.
  check() {
    if (this.active.some(({ game }) => game.broken)) {
      this.breakOff();
      return true;
    }
    const { steps } = this.game, reached = this.stops.includes(steps);
    this.stops = this.stops.filter((step) => step > steps);
    if (reached) {
      this.pause();
      this.describe();
      this.tell(fill(this.words.reached, { step: shown("step", steps) }));
    }
    return reached;
  }

  breakOff() {
    this.pause();
    this.stopped = true;
    this.describe();
    this.tell(fill(this.words.broken, { step: shown("step", this.game.steps) }));
  }

  // ---- What is shown and said ------------------------------------------------------------------------

  picture() {
    for (const panel of this.active) panel.changed();
    this.draw();
  }

  draw() {
    if (!this.game || !this.colours) return;
    const { colours, sketch, cross } = this, show = { ...this.show, push: this.show.push || this.slow };
    this.panels[0].sketch = sketch && { points: sketch, cross };
    for (const panel of this.active) panel.draw({ show, colours });
  }

  describe() {
    return this.active.map((panel) => panel.describe()).join("; ");
  }

  report() { // the numbers are on the page: they are said to those to whom it is read
    this.say(fill(this.words.status, { facts: this.describe() }));
  }

  say(text) {
    this.said = performance.now();
    this.live.textContent = text;
  }

  tell(text) { // seen and said
    this.note.textContent = text;
    this.say(text);
  }

  // ---- Drawing data ----------------------------------------------------------------------------------

  beginSketch() {
    const { dataName, cured, paired } = this, plane = this.game.settings.dim === 2;
    this.before = { dataName, cured, paired };
    if (this.slow) this.toggleSlow();
    // The map is drawn on, not the line.
    this.restart({ dataName: plane ? dataName : "two", cured: false, paired: false });
    this.sketch = [];
    this.writeControls();
    this.draw();
    this.panels[0].main.focus();
    this.tell(this.words.drawHow);
  }

  endSketch() {
    const { sketch, before } = this;
    if (sketch.length) return this.restart({ points: sketch, dataName: "drawn" });
    this.restart(before);
    return this.tell(this.words.drawNone);
  }

  addPoint(...point) {
    const [x, y] = point.map((v) => Math.min(EDGE, Math.max(-EDGE, v))), last = this.sketch.at(-1);
    if (!last || Math.hypot(last[0] - x, last[1] - y) > 0.05) this.sketch.push([x, y]);
    this.draw();
  }

  // ---- Hands -----------------------------------------------------------------------------------------

  listen() {
    const { main } = this.panels[0];
    keepKeys(this.host, this.root);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.presetSelect.addEventListener("change", () => this.restart({
      preset: this.presetSelect.value, given: {}, changes: {}, dataName: null, cured: false, paired: false,
    }));
    this.dataSelect.addEventListener("change", () => this.chooseData(this.dataSelect.value));
    this.speedInput.addEventListener("input", () => { this.speed = Number(this.speedInput.value); });
    const place = (event) => {
      const { left, top, width } = main.getBoundingClientRect();
      const along = (at, start) => HALF * (2 * (at - start) / width - 1);
      this.addPoint(along(event.clientX, left), -along(event.clientY, top));
    };
    main.addEventListener("pointerdown", (event) => {
      if (!this.sketch || event.button !== 0) return;
      main.setPointerCapture(event.pointerId);
      place(event);
    });
    main.addEventListener("pointermove", (event) => {
      if (this.sketch && event.buttons & 1) place(event);
    });
  }

  onKey(event) {
    const { target, key, repeat } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.sketch && target === this.panels[0].main && this.drawingKey(key)) {
      event.preventDefault();
      return;
    }
    const typing = target.matches("select, input:not([type=checkbox])");
    if (typing || key === " " && target.matches("button, summary, input")) return;
    const steps = { d: () => this.one("D"), g: () => this.one("G"), b: () => this.one("both") };
    const once = { " ": () => this.toggle(), r: () => this.restart(), s: () => this.paired || this.toggleSlow() };
    const act = steps[key] ?? once[key];
    if (!act) return;
    event.preventDefault();
    if (!repeat || key in steps) act();
  }

  drawingKey(key) { // whether the key was for drawing
    const move = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
    const bounded = (v) => Math.min(EDGE, Math.max(-EDGE, Math.round(10 * v) / 10));
    if (move) this.cross = this.cross.map((v, i) => bounded(v + 0.1 * move[i]));
    else if (key === "Enter") this.sketch.push([...this.cross]);
    else if (key === "Backspace") this.sketch.pop();
    else return false;
    this.draw();
    const [x, y] = this.cross;
    this.say(fill(this.words.drawAt, { x, y, n: this.sketch.length }));
    return true;
  }

  // ---- Light and dark, width, sight --------------------------------------------------------------------

  watch() {
    this.theme = watchTheme(this.host, (colours) => { this.colours = colours; this.draw(); });
    let width = 0;
    this.onHide = () => this.look();
    this.resizes = new ResizeObserver(() => { // also told when the place leaves the page, or returns
      if (!this.host.isConnected) return this.letGo();
      this.theme.start();
      document.addEventListener("visibilitychange", this.onHide);
      if (width !== this.host.clientWidth) this.draw();
      width = this.host.clientWidth;
    });
    this.resizes.observe(this.host);
    this.sight = new IntersectionObserver((entries) => {
      this.inSight = entries.at(-1).isIntersecting;
      this.look();
    });
    this.sight.observe(this.host);
  }

  letGo() { // of the page, which would keep this view for ever
    this.theme.stop();
    document.removeEventListener("visibilitychange", this.onHide);
  }

  look() { // play only while someone can see it
    if (document.hidden || !this.inSight) this.rest();
    else if (this.resume) this.play();
  }

  destroy() {
    this.pause();
    this.letGo();
    this.resizes.disconnect();
    this.sight.disconnect();
  }
}

export function mount(host, options) {
  host.playground?.destroy();
  return host.playground = new View(host, options);
}

boot("playground", mount);
