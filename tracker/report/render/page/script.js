"use strict";
(() => {
  const root = document.documentElement;
  const filters = document.getElementById("filters");
  const words = document.getElementById("f-words");
  const count = document.getElementById("f-count");
  const selects = [...filters.querySelectorAll("select")];
  const folds = [...document.querySelectorAll(".fold")];
  const items = [...document.querySelectorAll("[data-found]")].map((element) => ({
    element,
    found: new Set(element.dataset.found.split(" ")),
    text: element.textContent.toLowerCase(),
  }));

  function narrow() {
    const asked = selects.map((select) => select.value).filter(Boolean);
    const sought = words.value.trim().toLowerCase();
    const narrows = asked.length > 0 || sought !== "";
    let shown = 0;
    for (const fold of folds) fold.open ||= narrows;
    for (const { element, found, text } of items) {
      const fits = asked.every((each) => found.has(each)) && text.includes(sought);
      element.hidden = !fits;
      shown += fits && element.checkVisibility();
    }
    count.textContent = narrows ? `${shown} shown` : "";
  }

  function showAll() {
    for (const field of [...selects, words]) field.value = "";
    narrow();
  }

  // A place that the chosen view has not is found by its name in the other one.
  function goTo() {
    const name = decodeURIComponent(location.hash.slice(1));
    if (!name) return;
    const twin = name.startsWith("x-") ? name.slice(2) : `x-${name}`;
    const places = [name, twin, name.replace(/-from$/, ""), twin.replace(/-from$/, "")]
      .map((each) => document.getElementById(each))
      .filter(Boolean);
    const inView = places.find((place) => {
      const view = place.closest(".view");
      return !view || getComputedStyle(view).display !== "none";
    });
    if (!inView) return;
    for (let fold = inView.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (!inView.offsetHeight) showAll();
    if (inView.id !== name) location.replace(`#${inView.id}`);
    else inView.scrollIntoView({ block: "center" });
  }

  root.classList.add("script");
  filters.hidden = false;
  filters.addEventListener("input", narrow);
  document.getElementById("f-all").addEventListener("click", showAll);
  for (const choice of document.querySelectorAll("[name=view]")) choice.addEventListener("change", narrow);
  // What a page opens by itself is for the screen; what a reader opens is printed too.
  for (const fold of folds) fold.firstElementChild.addEventListener("click", () => fold.classList.remove("given"));
  addEventListener("hashchange", goTo);
  // The place where one is already, if a filter has hidden it since.
  document.addEventListener("click", (event) => {
    if (event.target.closest("a")?.hash === location.hash) goTo();
  });
  goTo();
})();
