// Searches the titles that titles.js has, and the words that Pagefind has indexed where this is served.
"use strict";
(async () => {
  const field = document.getElementById("q");
  const found = document.getElementById("found");
  const MOST = 50;
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const folded = titles.map(([name]) => fold(name));

  const list = (heading, rows) => {
    const title = document.createElement("h2");
    title.textContent = heading;
    const entries = document.createElement("ul");
    entries.className = "entries";
    for (const [name, path, excerpt] of rows) {
      const entry = document.createElement("li");
      const place = document.createElement("a");
      place.href = path;
      place.textContent = name;
      entry.append(place);
      if (excerpt) {
        const said = document.createElement("p");
        said.className = "note";
        said.textContent = excerpt;
        entry.append(said);
      }
      entries.append(entry);
    }
    return [title, entries];
  };

  let words = null;
  if (found.dataset.words && location.protocol.startsWith("http")) {
    try {
      words = await import(new URL(found.dataset.words, document.baseURI).href);
    } catch {
      // Not every server has it: the titles are there.
    }
  }

  let asked = 0;
  const search = async () => {
    const mine = ++asked;
    const parts = fold(field.value).split(/\s+/).filter(Boolean);
    if (!parts.length) {
      found.replaceChildren();
      return;
    }
    const named = titles.filter((_, at) => parts.every((part) => folded[at].includes(part)));
    const shown = list(`${named.length} by title`, named.slice(0, MOST));
    if (words) {
      const { results } = await words.search(field.value);
      const first = await Promise.all(results.slice(0, MOST).map((each) => each.data()));
      const plain = (text) => new DOMParser().parseFromString(text, "text/html").body.textContent;
      shown.push(...list(`${results.length} by words`, first.map((each) => [each.meta.title, each.url, plain(each.excerpt)])));
    }
    if (mine === asked) {
      found.replaceChildren(...shown);
    }
  };

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.addEventListener("input", search);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  await search();
})();
