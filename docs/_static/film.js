/* The film of the landing page: a sheet of pictures, a slider, ten bars. It stands still where the
   reader wants no motion, and can be stopped anywhere. Without a script the strip stays. */
"use strict";

const TIMES = [850, 850, 2200]; // milliseconds of a moment of each act
const PAUSE = { act: 2400, end: 5000 }; // at the end of an act, and of the film

window.addEventListener("DOMContentLoaded", async () => {
  const film = document.querySelector("figure.film");
  if (!film) return;
  const chinese = document.documentElement.lang.startsWith("zh");
  const root = document.documentElement.dataset.content_root ?? "./";
  const answer = await fetch(`${root}_static/film.json`).catch(() => null);
  if (!answer?.ok) return;
  const { frames } = await answer.json();
  const [screen, bars, digits, said, slider, button] = [
    ".screen", ".bars", ".digits", "output", "input", ".track button",
  ].map((name) => film.querySelector(name));
  const acts = [...film.querySelectorAll(".acts button")];
  const columns = [...Array(10).keys()].map((digit) => {
    digits.append(Object.assign(document.createElement("span"), { textContent: digit }));
    return bars.appendChild(document.createElement("i"));
  });
  screen.style.backgroundImage = `url("${root}_static/film.png")`;
  slider.max = frames.length - 1;

  function show(i) {
    const { act, label, zh, share } = frames[i];
    slider.value = i;
    said.textContent = chinese ? zh : label;
    slider.setAttribute("aria-valuetext", said.textContent);
    screen.style.backgroundPositionY = `${(100 * i) / (frames.length - 1)}%`;
    columns.forEach((bar, digit) => {
      bar.style.setProperty("--height", share[digit]);
      if (share[digit] >= 0.195) bar.dataset.share = `${Math.round(100 * share[digit])}%`;
      else delete bar.dataset.share;
    });
    acts.forEach((name, k) => name.setAttribute("aria-pressed", k === act));
  }

  let timer = 0;
  function stop() {
    clearTimeout(timer);
    timer = 0;
    button.textContent = "▶";
    button.ariaLabel = chinese ? "播放" : "Play";
  }
  function play(i) {
    button.textContent = "❚❚";
    button.ariaLabel = chinese ? "暂停" : "Pause";
    show(i);
    const last = i === frames.length - 1;
    const turn = !last && frames[i + 1].act !== frames[i].act;
    const wait = last ? PAUSE.end : turn ? PAUSE.act : TIMES[frames[i].act];
    timer = setTimeout(() => play(last ? 0 : i + 1), wait);
  }

  button.addEventListener("click", () => {
    if (timer) stop();
    else play(Number(slider.value) === frames.length - 1 ? 0 : Number(slider.value));
  });
  acts.forEach((name, act) => {
    name.addEventListener("click", () => {
      stop();
      play(frames.findIndex((frame) => frame.act === act));
    });
  });
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value));
  });
  document.addEventListener("visibilitychange", () => document.hidden && timer && stop());
  film.classList.add("ready");
  stop();
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) show(frames.length - 1);
  else play(0);
});
