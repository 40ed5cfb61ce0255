// What every widget of the playground needs of a page: colours, light and dark, elements, canvases.

// The roles of colours are those of the series: gan_tutorial/style.py and docs/_static/theme.css.
export const COLOURS = {
  light: {
    real: "#0b65b0", fake: "#c4470b", disc: "#00745f", now: "#e0a100", ink: "#17202b",
    muted: "#5a6675", axis: "#8a95a3", faint: "#c3cad3", paper: "#ffffff", rule: "#dde2e8",
    wash: "#f5f7f9",
  },
  dark: {
    real: "#6cb4f5", fake: "#ff9462", disc: "#4ccfb3", now: "#f2c14e", ink: "#e8ecf1",
    muted: "#9aa7b6", axis: "#667384", faint: "#3d4754", paper: "#11161d", rule: "#2b3440",
    wash: "#1a212a",
  },
};

const variables = (theme) => Object.entries(COLOURS[theme]).map(([k, v]) => `--${k}: ${v};`).join(" ");

export const BASE = `
:host { all: initial; display: block; container-type: inline-size; ${variables("light")}
  color-scheme: light; color: var(--ink); font: 15px/1.45 system-ui, sans-serif; margin-block: 16px; }
:host([data-dark]) { ${variables("dark")} color-scheme: dark; }
.frame { background: var(--paper); border: 1px solid var(--rule); border-radius: 10px; padding: 14px; }
button, select, input:not([type=range], [type=checkbox]) { background: var(--paper); border: 1px solid var(--axis);
  border-radius: 6px; box-sizing: border-box; color: var(--ink); font: inherit; min-height: 34px; padding: 3px 10px; }
button { cursor: pointer; }
button:hover { border-color: var(--real); }
button:disabled { cursor: default; opacity: .5; }
input[type=range] { accent-color: var(--ink); height: 28px; margin: 0; }
input[type=checkbox] { accent-color: var(--ink); height: 18px; margin: 0; width: 18px; }
:is(button, select, input, summary, canvas):focus-visible { outline: 3px solid var(--real); outline-offset: 2px; }
dd { font-variant-numeric: tabular-nums; }
p { margin: 0; }
[hidden] { display: none !important; }
.unseen { clip-path: inset(50%); height: 1px; overflow: hidden; position: absolute; white-space: nowrap; width: 1px; }
`;

// Make an element: properties by name, attributes where there is no such property.
export function element(tag, properties = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...inside);
  return made;
}

// A line of text in which some words have the colours of their roles.
export function tinted(tag, text, roles) {
  const words = Object.keys(roles).map((word) => word.length > 1 ? word : `\\b${word}\\b`);
  const parts = text.split(new RegExp(`(${words.join("|")})`));
  return element(tag, {}, ...parts.map((part) => part in roles
    ? element("span", { textContent: part, style: `color: var(--${roles[part]})` }) : part));
}

// Whether the page is dark: the site says so, JupyterLab, VS Code, or the reader's system.
function isDark() {
  const site = document.documentElement.dataset.theme;
  if (site === "dark" || site === "light") return site === "dark";
  const lab = document.body?.dataset.jpThemeLight;
  if (lab) return lab === "false";
  const code = document.body?.className ?? "";
  if (/vscode-(dark|high-contrast)\b/.test(code)) return true;
  if (/vscode-light/.test(code)) return false;
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

// Call back at once and whenever the page turns light or dark. Returns { start, stop }: a place that
// has left the page must stop, or the page would keep it for ever.
export function watchTheme(host, changed) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let theme = null;
  const look = () => {
    const now = isDark() ? "dark" : "light";
    if (now === theme) return;
    theme = now;
    host.toggleAttribute("data-dark", now === "dark");
    changed(COLOURS[now]);
  };
  const observer = new MutationObserver(look);
  const start = () => {
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const body = { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] };
    if (document.body) observer.observe(document.body, body);
    system.addEventListener("change", look);
    look();
  };
  const stop = () => {
    observer.disconnect();
    system.removeEventListener("change", look);
  };
  start();
  return { start, stop };
}

const stillness = typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)");
export const calm = () => stillness.matches;

export const language = () => document.documentElement.lang.startsWith("zh") ? "zh" : "en";

// Keep the keys that are typed inside to ourselves: JupyterLab has commands on single letters.
export function keepKeys(host, root) {
  host.setAttribute("data-lm-suppress-shortcuts", "true");
  root.addEventListener("keydown", (event) => {
    const others = event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape";
    if (!others) event.stopPropagation();
  });
}

// Make a canvas as sharp as the screen; returns what draws, and the size in CSS pixels.
export function fit(canvas, ratio) {
  const width = Math.max(80, canvas.clientWidth || 360), height = Math.round(width * ratio);
  const scale = Math.min(2, devicePixelRatio || 1);
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  return [context, width, height];
}

// Bring every place of a page to life that asks for this widget, each once.
export function boot(name, mount) {
  if (typeof document === "undefined") return;
  for (const place of document.querySelectorAll(`div.gan-${name}:not([data-alive])`)) {
    const { settings, points, ...given } = place.dataset;
    place.dataset.alive = "";
    try {
      if (settings) given.settings = JSON.parse(settings);
      if (points) given.points = JSON.parse(points);
      mount(place, given);
    } catch (error) { // the other places of the page can still be played
      console.error(error);
    }
  }
}
