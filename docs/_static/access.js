/* What the theme leaves out for readers who use a keyboard or have the page read to them. */
"use strict";

/* The toggles of the menu show an arrow alone: say what it does. */
function nameToggles() {
  const chinese = document.documentElement.lang.startsWith("zh");
  for (const toggle of document.querySelectorAll("nav summary:not([aria-label])")) {
    toggle.ariaLabel = chinese ? "展开或收起下级页面" : "Show or hide the pages below";
  }
}

/* An equation that is wider than the page scrolls: let the arrow keys scroll it too. */
function letWideEquationsTakeFocus() {
  for (const box of document.querySelectorAll("div.math, div.math mjx-container")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

window.addEventListener("load", async () => {
  nameToggles();
  await window.MathJax?.startup?.promise;
  letWideEquationsTakeFocus();
});
window.addEventListener("resize", letWideEquationsTakeFocus);
