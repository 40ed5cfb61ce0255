/* What the theme leaves out for readers who use a keyboard or have the page read to them. */
"use strict";

/* The toggles of the menu show an arrow alone: say what it does. */
function nameToggles() {
  const chinese = document.documentElement.lang.startsWith("zh");
  for (const toggle of document.querySelectorAll("nav summary:not([aria-label])")) {
    toggle.ariaLabel = chinese ? "展开或收起下级页面" : "Show or hide the pages below";
  }
}

/* What is wider than the page, an equation or a figure, scrolls: by the arrow keys too. */
function letWideBoxesTakeFocus() {
  const boxes = "div.math, div.math mjx-container, div.cell_output";
  for (const box of document.querySelectorAll(boxes)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

window.addEventListener("load", async () => {
  nameToggles();
  await window.MathJax?.startup?.promise;
  letWideBoxesTakeFocus();
});
window.addEventListener("resize", letWideBoxesTakeFocus);
