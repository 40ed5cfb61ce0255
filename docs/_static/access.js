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
  const boxes = "div.math, div.math mjx-container, div.cell_output, figure.drawn";
  for (const box of document.querySelectorAll(boxes)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

/* The search page shows what is around the words that were found: of the article, not the menus. */
function showTheArticleInResults() {
  if (typeof Search === "undefined") return;
  const read = Search.htmlToText;
  Search.htmlToText = (text, anchor) => {
    const article = new DOMParser().parseFromString(text, "text/html").querySelector(".bd-article");
    return read(article ? `<div role="main">${article.innerHTML}</div>` : text, anchor);
  };
}

document.addEventListener("DOMContentLoaded", showTheArticleInResults);
window.addEventListener("load", async () => {
  nameToggles();
  await window.MathJax?.startup?.promise;
  letWideBoxesTakeFocus();
  await document.fonts.ready; // letters of another width
  letWideBoxesTakeFocus();
});
window.addEventListener("resize", letWideBoxesTakeFocus);
