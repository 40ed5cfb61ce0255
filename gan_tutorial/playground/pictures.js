// The pictures of a game: the map of the plane, the line, losses, fakes by cluster, verdicts of D.
// Each draws what was seen of a game at one step (Look.at in data.js) on a canvas.

import { CELLS, HALF } from "./data.js";
import { fit } from "./page.js";

// ---- The plane -------------------------------------------------------------------------------------

const DOT = 2.3; // pixels

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function drawMapOfD(context, width, map, colours) {
  const small = document.createElement("canvas");
  small.width = small.height = CELLS;
  const image = new ImageData(CELLS, CELLS);
  const [real, fake, paper] = [colours.real, colours.fake, colours.paper].map(channels);
  map.forEach((verdict, k) => {
    const lean = 2 * verdict - 1, towards = lean > 0 ? real : fake, share = 0.55 * Math.abs(lean);
    for (let i = 0; i < 3; i++) image.data[4 * k + i] = paper[i] + share * (towards[i] - paper[i]);
    image.data[4 * k + 3] = 255;
  });
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, width, width);
}

function drawArrow(context, x0, y0, x1, y1) {
  const angle = Math.atan2(y1 - y0, x1 - x0), head = Math.min(5, Math.hypot(x1 - x0, y1 - y0) / 2);
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  for (const side of [-0.5, 0.5]) {
    context.moveTo(x1, y1);
    context.lineTo(x1 - head * Math.cos(angle + side), y1 - head * Math.sin(angle + side));
  }
  context.stroke();
}

// Lines of constant z, as G bends them: a thread for one number of noise, a net for two.
function drawSheet(context, X, Y, game, colours) {
  context.lineWidth = 1;
  context.strokeStyle = colours.fake;
  const { latent, prior } = game.settings, lines = 17, fine = 64;
  const reach = prior === "normal" ? 2.2 : 1;
  const path = (z, count) => {
    const points = game.fakes(z, count);
    context.beginPath();
    for (let b = 0; b < count; b++) context.lineTo(X(points[2 * b]), Y(points[2 * b + 1]));
    context.stroke();
  };
  const along = (k, n) => reach * (2 * k / (n - 1) - 1);
  if (latent === 1) path(Float64Array.from({ length: 400 }, (_, k) => along(k, 400)), 400);
  if (latent !== 2) return;
  for (let line = 0; line < lines; line++) {
    for (const flip of [0, 1]) {
      const z = new Float64Array(2 * fine);
      for (let k = 0; k < fine; k++) {
        z[2 * k + flip] = along(line, lines);
        z[2 * k + 1 - flip] = along(k, fine);
      }
      path(z, fine);
    }
  }
}

// trace(x, y) adds the outline of one dot to the path.
function drawDots(context, X, Y, points, fill, colours, trace) {
  context.fillStyle = fill;
  context.strokeStyle = colours.paper;
  context.lineWidth = 0.8;
  for (let k = 0; k < points.length; k += 2) {
    context.beginPath();
    trace(X(points[k]), Y(points[k + 1]));
    context.fill();
    context.stroke();
  }
}

function drawReal(context, X, Y, real, colours) {
  drawDots(context, X, Y, real, colours.real, colours, (x, y) => context.arc(x, y, DOT, 0, 7));
}

function drawFakes(context, X, Y, places, colours) {
  const square = (x, y) => context.rect(x - DOT, y - DOT, 2 * DOT, 2 * DOT);
  drawDots(context, X, Y, places, colours.fake, colours, square);
}

function drawPushes(context, X, Y, { fakes, pushes }, colours) { // of every third fake
  context.strokeStyle = colours.ink;
  context.lineWidth = 1;
  for (let k = 0; k < fakes.length; k += 6) {
    const [x, y, u, v] = [fakes[k], fakes[k + 1], pushes[k], pushes[k + 1]], length = Math.hypot(u, v);
    if (length < 1e-9) continue;
    const scale = Math.min(0.12 * length, 0.3) / length;
    drawArrow(context, X(x), Y(y), X(x + scale * u), Y(y + scale * v));
  }
}

// show: which of map, real, fake, push, sheet; where: the fakes on their way, in slow motion;
// sketch: the points that the reader draws, and the cross of the keyboard.
export function drawPlane(canvas, game, look, seen, colours, { show, where = null, sketch = null }) {
  const [context, width] = fit(canvas, 1);
  const X = (x) => (x / HALF + 1) * width / 2, Y = (y) => (1 - y / HALF) * width / 2;
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, width, width);
  if (sketch) return drawSketch(context, X, Y, sketch, colours);
  if (show.map) drawMapOfD(context, width, seen.map, colours);
  if (show.real) drawReal(context, X, Y, look.real, colours);
  if (show.sheet) drawSheet(context, X, Y, game, colours);
  if (show.push && !where) drawPushes(context, X, Y, seen, colours);
  if (show.fake) drawFakes(context, X, Y, where ?? seen.fakes, colours);
  return null;
}

function drawSketch(context, X, Y, { points, cross }, colours) {
  context.strokeStyle = colours.ink;
  context.lineWidth = 2;
  for (const [x, y] of points) {
    context.beginPath();
    context.arc(X(x), Y(y), 5, 0, 7);
    context.stroke();
  }
  const [x, y] = [X(cross[0]), Y(cross[1])];
  context.beginPath();
  context.moveTo(x - 9, y);
  context.lineTo(x + 9, y);
  context.moveTo(x, y - 9);
  context.lineTo(x, y + 9);
  context.stroke();
}

// ---- The line --------------------------------------------------------------------------------------

const TOP = 1.3; // of the axis, for densities and verdicts

export function drawLine(canvas, game, look, seen, colours, { show, words }) {
  const [context, width, height] = fit(canvas, 0.84), { x: line, p, q, best, D } = seen.line;
  const base = height - 34, Y = (v) => base - Math.min(v, TOP) / TOP * (base - 26);
  const reach = -line[0], X = (x) => (x / reach + 1) * width / 2;
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, width, height);
  const curve = (values, colour, dash, thick) => {
    context.strokeStyle = colour;
    context.lineWidth = thick;
    context.setLineDash(dash);
    context.beginPath();
    values.forEach((value, k) => context.lineTo(X(line[k]), Y(value)));
    context.stroke();
    context.setLineDash([]);
  };
  for (const [level, text] of [[0, words.zero], [0.5, "½"], [1, words.one]]) {
    context.strokeStyle = colours.faint;
    context.beginPath();
    context.moveTo(0, Y(level));
    context.lineTo(width, Y(level));
    context.stroke();
    context.fillStyle = colours.muted;
    context.textAlign = "right";
    context.fillText(text, width - 6, Y(level) - 4);
  }
  context.textAlign = "left";
  if (show.real) curve(p, colours.real, [], 2);
  if (show.fake) curve(q, colours.fake, [], 2);
  if (show.map) {
    curve(best, colours.ink, [5, 4], 1.5);
    curve(D, colours.disc, [], 2.5);
  }
  const key = [["real", "p"], ["fake", "q"], ["disc", "D(x)"], ["ink", words.dashed]];
  let at = 8;
  for (const [role, text] of key) {
    context.fillStyle = colours[role];
    context.fillText(text, at, 16);
    at += context.measureText(text).width + 16;
  }
  drawFakesOnTheLine(context, X, base, seen, colours, show);
}

function drawFakesOnTheLine(context, X, base, { fakes, pushes }, colours, show) {
  context.fillStyle = colours.fake;
  context.strokeStyle = colours.ink;
  context.lineWidth = 1;
  for (let b = 0; b < fakes.length; b += 3) {
    if (show.fake) context.fillRect(X(fakes[b]) - 1, base + 6, 2, 8);
    if (show.push && b % 12 === 0) {
      const reach = Math.sign(pushes[b]) * Math.min(0.3, 0.1 * Math.abs(pushes[b]));
      drawArrow(context, X(fakes[b]), base + 22, X(fakes[b] + reach), base + 22);
    }
  }
}

// ---- Charts ----------------------------------------------------------------------------------------

const LOG2 = Math.LN2;
const LANDMARKS = { // D's and G's loss where D cannot tell
  "non-saturating": [[2 * LOG2, "log 4 = 1.39"], [LOG2, "log 2 = 0.69"]],
  minimax: [[2 * LOG2, "log 4 = 1.39"], [-LOG2, "−log 2 = −0.69"]],
  "least-squares": [[0.25, "1/4"], [0.125, "1/8"]],
  wasserstein: [[0, "0"]],
  hinge: [[2, "2"], [0, "0"]],
  relativistic: [[LOG2, "log 2 = 0.69"]],
};

function dashed(context, colour, y, right) { // a level that is there to compare with
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(4, y);
  context.lineTo(right, y);
  context.stroke();
  context.setLineDash([]);
}

// One value of each row over the steps, the first number of a row; what is not finite is left out.
function drawCurve(context, colour, rows, column, X, Y) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  const finite = rows.filter((row) => Number.isFinite(row[column]));
  for (const row of finite) context.lineTo(X(row[0]), Y(row[column]));
  context.stroke();
  return finite.length;
}

const overSteps = (rows, right) => (step) => 4 + step / Math.max(rows.at(-1)?.[0] ?? 0, 1) * (right - 8);

// rows: [step, D's loss, G's loss]. Each landmark has the colour of the player whose loss it is.
export function drawLosses(canvas, loss, rows, colours, words) {
  const [context, width, height] = fit(canvas, 0.38), right = width - 86;
  const marks = LANDMARKS[loss], levels = marks.map(([level]) => level);
  const values = rows.flatMap(([, d, g]) => [d, g]).filter(Number.isFinite).sort((a, b) => a - b);
  const at = (share) => values[Math.floor(share * (values.length - 1))] ?? 0;
  const low = Math.min(0, at(0.01), ...levels), high = Math.max(at(0.98), low + 0.5, ...levels) * 1.1;
  const inside = (v) => Math.min(high, Math.max(low, v));
  const X = overSteps(rows, right), Y = (v) => height - 8 - (inside(v) - low) / (high - low) * (height - 18);
  const roles = marks.length > 1 ? ["disc", "fake"] : ["muted"];
  const labels = marks.map(([level, text], k) => [level, text, colours[roles[k]]]);
  if (!levels.includes(0)) labels.push([0, "0", colours.muted]);
  labels.sort(([x], [y]) => y - x);
  let free = -Infinity; // where the next label may stand, from the top
  for (const [level, text, colour] of labels) {
    dashed(context, colour, Y(level), right - 4);
    free = Math.min(height - 2, Math.max(Y(level) + 4, free));
    context.fillStyle = colour;
    context.fillText(text, right, free);
    free += 12;
  }
  const points = drawCurve(context, colours.disc, rows, 1, X, Y) + drawCurve(context, colours.fake, rows, 2, X, Y);
  context.fillStyle = colours.muted;
  if (!points) context.fillText(words.nothingYet, 8, height / 2);
}

// rows: [step, distance]; floor: the distance of two samples of the real points
export function drawDistance(canvas, rows, floor, colours, words) {
  const [context, width, height] = fit(canvas, 0.2), right = width - 74;
  const Y = (v) => height - 6 - Math.min(v / LOG2, 1) * (height - 14);
  dashed(context, colours.real, Y(floor), right - 4);
  context.fillStyle = colours.real;
  context.fillText(words.realToReal, right, Y(floor) + 4);
  drawCurve(context, colours.ink, rows, 1, overSteps(rows, right), Y);
}

// Bars: how many fakes belong to each cluster; dashed: the fair share.
export function drawShares(canvas, { counts }, n, colours, words) {
  const [context, width, height] = fit(canvas, 0.22), right = width - 76, step = right / counts.length;
  const fair = n / counts.length, top = Math.max(...counts, 2 * fair);
  const Y = (v) => height - 4 - v / top * (height - 10);
  context.fillStyle = colours.fake;
  counts.forEach((count, i) => {
    context.fillRect(4 + i * step, Y(count), Math.max(1, step - 2), Math.max(1, height - 4 - Y(count)));
  });
  dashed(context, colours.real, Y(fair), right + 2);
  context.fillStyle = colours.real;
  context.fillText(words.fairShare, right + 6, Y(fair) + 4);
}

// Two histograms of D's verdicts, on real points and on fakes; heights by the square root.
export function drawVerdicts(canvas, { onReal, onFake }, colours, words) {
  const [context, width, height] = fit(canvas, 0.26), bins = 20, floor = height - 18;
  const count = (values) => {
    const out = new Array(bins).fill(0);
    for (const v of values) out[Math.min(bins - 1, Math.floor(v * bins))]++;
    return out;
  };
  const both = [[count(onReal), "real", 0], [count(onFake), "fake", 0.45]];
  const top = Math.max(...both.flatMap(([counts]) => counts)), step = (width - 8) / bins;
  for (const [counts, role, offset] of both) {
    context.fillStyle = colours[role];
    counts.forEach((v, i) => {
      const h = Math.sqrt(v / top) * (floor - 4);
      context.fillRect(4 + (i + offset) * step, floor - h, 0.42 * step, h);
    });
  }
  context.fillStyle = colours.muted;
  const ends = [[words.sureFake, "left", 4], ["½", "center", width / 2], [words.sureReal, "right", width - 4]];
  for (const [text, align, x] of ends) {
    context.textAlign = align;
    context.fillText(text, x, height - 4);
  }
  context.textAlign = "left";
}
