"use strict";
(() => {
  const SECONDS = 2;
  const get = (id) => document.getElementById(id);
  const make = (tag, words, fields = {}) => Object.assign(document.createElement(tag), { textContent: words }, fields);

  function drawGroup({ title, pairs }, place) {
    const group = make("details", "", { className: "pairs", open: place === 0 });
    const summary = make("summary", `${title} `);
    summary.append(make("span", String(pairs.length), { className: "note" }));
    const entries = make("ul", "");
    for (const { old, new: after, name } of pairs) {
      const entry = make("li", "");
      entry.append(make("a", name, { href: `pair?${new URLSearchParams({ old, new: after })}` }));
      entries.append(entry);
    }
    group.append(summary, entries);
    return group;
  }

  function draw({ person, groups, left_out: number }) {
    get("title").textContent = `Decide, ${person}`;
    get("left-out").textContent = `Left out: ${number} ${number === 1 ? "text" : "texts"} not open to all.`;
    get("left-out").hidden = !number;
    get("none").hidden = groups.length > 0;
    get("pairs").replaceChildren(...groups.map(drawGroup));
    get("list").hidden = false;
  }

  async function begin() {
    let trouble = "";
    try {
      draw(await door.ask("pairs"));
    } catch (error) {
      trouble = door.explain(error);
      if (door.comesLater(error)) setTimeout(begin, SECONDS * 1000);
    }
    get("notice").textContent = trouble;
  }

  begin();
})();
