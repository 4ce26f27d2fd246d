"use strict";
// What pages do beyond being read: tables are sorted, topics marked in a text, a topic found by its name.
(() => {
  const key = (row, at) => {
    const cell = row.cells[at];
    if (cell.classList.contains("mark")) return cell.querySelector("small")?.textContent.replace("<1", "0.5") ?? "";
    return cell.dataset.key ?? cell.textContent.trim();
  };
  const number = (text) => (text === "" ? NaN : Number(text.replaceAll(",", "")));

  function sort(table, at, down) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const isNumber = rows.every((row) => key(row, at) === "" || !Number.isNaN(number(key(row, at))));
    const compare = isNumber
      ? (one, other) => number(one) - number(other)
      : (one, other) => one.localeCompare(other, "en", { numeric: true });
    rows.sort((first, second) => {
      const [one, other] = [key(first, at), key(second, at)];
      // What has nothing to sort by is last, whichever way.
      if (one === "" || other === "") return (one === "") - (other === "");
      return down ? compare(other, one) : compare(one, other);
    });
    body.append(...rows);
    for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
    table.tHead.rows[0].cells[at].setAttribute("aria-sort", down ? "descending" : "ascending");
    return isNumber;
  }

  function addButton(table, head, at) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      const isFigure = head.classList.contains("right");
      sort(table, at, was ? was === "ascending" : isFigure);
    });
    head.append(button);
  }

  function addChoice(table, heads) {
    const label = document.createElement("label");
    const select = document.createElement("select");
    label.append("Sort by ", select);
    select.append(new Option("priorities, most first", ""));
    const choices = heads.map((head, at) => new Option(head.textContent.trim().replace(/\s+/g, " "), at));
    select.append(choices[0], ...choices.slice(2, 3).filter((each) => /since/.test(each.text)));
    select.append(...choices.slice(2).filter((each) => !/since/.test(each.text)).reverse());
    const first = [...table.tBodies[0].rows];
    select.addEventListener("change", () => {
      if (select.value === "") {
        table.tBodies[0].append(...first);
        for (const head of heads) head.removeAttribute("aria-sort");
      } else {
        sort(table, Number(select.value), heads[select.value].classList.contains("tick"));
      }
    });
    const line = document.createElement("p");
    line.className = "sorting";
    line.append(label);
    table.closest(".scroll").before(line);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    if (table.tBodies[0].rows.length < 2) continue;
    const heads = [...table.tHead.rows[0].cells];
    if (table.matches(".map")) addChoice(table, heads);
    else heads.forEach((head, at) => head.dataset.fixed === undefined && addButton(table, head, at));
  }

  // Of many sessions the latest are what is looked for first.
  for (const each of document.querySelectorAll(".scroll:has(> .map)")) each.scrollLeft = each.scrollWidth;

  const picks = [...document.querySelectorAll("input[data-topic]")];
  function mark() {
    const chosen = picks.filter((pick) => pick.checked).map((pick) => pick.dataset.topic);
    for (const name of ["about", "term"]) {
      for (const each of document.querySelectorAll(`[data-${name}]`)) {
        each.classList.toggle(name, each.dataset[name].split(" ").some((topic) => chosen.includes(topic)));
      }
    }
  }
  for (const pick of picks) {
    pick.hidden = false;
    pick.addEventListener("change", mark);
  }
  const note = document.getElementById("marking");
  if (note && picks.length) {
    note.hidden = false;
    mark();
  }

  const find = document.getElementById("find");
  if (find) {
    find.closest("[hidden]").hidden = false;
    find.addEventListener("input", () => {
      const wanted = find.value.trim().toLowerCase();
      for (const row of document.querySelectorAll("main table.sortable tbody tr")) {
        row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
      }
    });
  }
})();
