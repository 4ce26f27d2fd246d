"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const asked = new URLSearchParams(location.search);
  const sides = { old: asked.get("old") || "", new: asked.get("new") || "" };
  const MARKS = { match: "mark", deleted: "del", inserted: "ins" };
  const KINDS = { open: "Open: not certain enough to be claimed", claim: "Claimed", shift: "An edit", sentences: "Linked sentences" };
  const SECONDS = 2;
  const AT_ONCE = 100;

  // Answers on their way outlive the page and the server: what is not acknowledged stays in the browser.
  let person = "";
  let waiting = [];
  const nameStore = () => `tracker desk ${person}`;
  function readWaiting() {
    return (waiting = JSON.parse(localStorage.getItem(nameStore()) || "[]"));
  }
  function writeWaiting(left) {
    waiting = left;
    localStorage.setItem(nameStore(), JSON.stringify(left));
  }
  addEventListener("storage", readWaiting);

  let rows = [];
  let at = 0;
  let step = "";
  let chosen = [];
  let pair = null;
  let state = { said: {}, linked: [], done: {}, waiting: { number: 0, held: "", fault: "" } };
  let trouble = "";
  let told = "";
  let isSending = false;
  const answered = [];

  const make = (tag, words, fields = {}) => Object.assign(document.createElement(tag), { textContent: words }, fields);

  // What is drawn again every other second leaves the keyboard where it was.
  function fill(box, children) {
    const list = () => [...box.querySelectorAll("button")];
    const had = document.activeElement.matches(":focus-visible") ? list().indexOf(document.activeElement) : -1;
    box.replaceChildren(...children);
    list()[had]?.focus();
  }

  function find(name) {
    return rows.find((row) => row.name === name);
  }

  // What was said of a row: as the server knows it, and over that what is on its way.
  function list(name) {
    const said = { ...(state.said[name] || {}) };
    for (const each of waiting) {
      if (!pair || each.row !== name || each.old !== pair.old || each.new !== pair.new) continue;
      if (each.answer === "undo") delete said[person];
      else said[person] = tell(find(name), each.answer);
    }
    return said;
  }

  function tell(row, answer) {
    const choice = row?.choices.find((each) => each.answer === answer);
    if (answer === "not sure") return { answer, words: answer };
    if (!choice) return { answer: "other", words: answer.replace(" ", " → ") };
    return { answer: choice.behind ? "wrong" : choice.key === "w" ? "wrong" : "right", words: choice.words };
  }

  const isDone = (row) => person in list(row.name);
  const countLeft = () => rows.filter((row) => !isDone(row)).length;

  // Answering --------------------------------------------------------------------------------------------

  function send(name, answer) {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    const id = Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
    writeWaiting([...readWaiting(), { id, old: pair.old, new: pair.new, row: name, answer }]);
    told = "";
    flush();
  }

  function answer(value) {
    const row = rows[at];
    answered.push(row.name);
    send(row.name, value);
    const order = [...rows.slice(at + 1), ...rows.slice(0, at)];
    const next = order.find((each) => !isDone(each));
    go(next ? rows.indexOf(next) : at);
  }

  function undo() {
    const name = answered.pop() || (rows[at] && person in list(rows[at].name) && rows[at].name);
    if (!name) return;
    send(name, "undo");
    go(rows.indexOf(find(name)));
  }

  function go(to) {
    at = Math.min(Math.max(to, 0), rows.length - 1);
    step = "";
    chosen = [];
    draw();
  }

  // The choices that are shown now: at once, behind a key, or the levels of one side.
  function offer() {
    const row = rows[at];
    if (!row) return [];
    const hasLevels = row.name.startsWith("level ");
    if (step === "levels") return pair.levels.map(([key, level]) => ({ key, words: level, does: () => chooseLevel(level) }));
    const shown = row.choices.filter((each) => each.behind === step);
    const offered = shown.map((each) => ({ key: each.key, words: each.words, does: () => answer(each.answer) }));
    const open = (key, words, where) => ({ key, words, does: () => change(where) });
    if (step === "w") return [...offered, open("o", "other levels", "levels")];
    if (step) return offered;
    if (!offered.some((each) => each.key === "w")) offered.splice(1, 0, open("w", "wrong", "w"));
    if (hasLevels) offered.splice(2, 0, open("o", "other level", "levels"));
    else if (row.choices.some((each) => each.behind === "o")) offered.splice(2, 0, open("o", "other", "o"));
    return offered;
  }

  function change(where) {
    step = where;
    chosen = [];
    draw();
  }

  function chooseLevel(level) {
    chosen.push(level);
    if (chosen.length === 2) answer(chosen.join(" "));
    else draw();
  }

  // Sending ----------------------------------------------------------------------------------------------

  async function flush() {
    if (isSending) return;
    isSending = true;
    try {
      while (readWaiting().length) {
        const { old, new: after } = waiting[0];
        const end = waiting.findIndex((each) => each.old !== old || each.new !== after);
        const some = waiting.slice(0, Math.min(end < 0 ? waiting.length : end, AT_ONCE));
        await deliver(old, after, some);
      }
    } catch (error) {
      trouble = door.explain(error);
    }
    isSending = false;
    drawNotice();
  }

  async function deliver(old, after, some) {
    const given = some.map(({ id, row, answer: value }) => ({ id, row, answer: value }));
    let refused = {};
    try {
      const reply = await door.ask("answers", { old, new: after, given });
      refused = reply.refused;
      state.waiting = reply.waiting;
      trouble = "";
    } catch (error) {
      // What the statements themselves refuse will be refused again; all else is tried again.
      if (error.status !== 409) throw error;
      refused = Object.fromEntries(some.map((each) => [each.id, error.message]));
    }
    for (const each of some) keepSaid(each, refused);
    const sent = new Set(some.map((each) => each.id));
    writeWaiting(readWaiting().filter((each) => !sent.has(each.id)));
    const reasons = [...new Set(Object.values(refused))];
    if (reasons.length) told = `Not taken: ${reasons.join("; ")}`;
  }

  function keepSaid({ id, old, new: after, row, answer: value }, refused) {
    if (id in refused || !pair || old !== pair.old || after !== pair.new) return;
    const said = { ...(state.said[row] || {}) };
    if (value === "undo") delete said[person];
    else said[person] = tell(find(row), value);
    state.said[row] = said;
  }

  async function look() {
    if (!pair) return;
    await flush();
    try {
      const since = state.revision ?? "";
      const query = new URLSearchParams({ old: pair.old, new: pair.new, since });
      const found = await door.ask(`state?${query}`);
      if (!waiting.length || !found.said) state = { ...state, ...found };
      trouble = "";
    } catch (error) {
      trouble = door.explain(error);
    }
    drawSaid();
  }

  // Drawing ----------------------------------------------------------------------------------------------

  function draw() {
    const row = rows[at];
    if (!row) return drawSaid();
    get("kind").textContent = `${at + 1} of ${rows.length} · ${KINDS[row.kind]}`;
    get("title").textContent = row.title;
    get("question").textContent = row.question;
    get("asked").textContent =
      step === "levels" ? `In ${pair.names[chosen.length]} it is:` : step ? "What is so instead? Esc goes back." : "";
    get("sides").replaceChildren(...row.sides.map(drawSide));
    drawSaid();
  }

  function drawSide(side) {
    const part = make("div", "", { className: "side" });
    part.append(make("h3", side.read ? `${side.name}, read as ${side.read}` : side.name));
    if (!side.passages.length) part.append(make("p", "nothing close", { className: "note" }));
    for (const each of side.passages) {
      if (each.note) part.append(make("p", each.note, { className: "note" }));
      const passage = make("p", "", { className: "passage", lang: side.language, dir: "auto" });
      passage.append(make("span", each.place, { className: "place" }));
      if (each.before) passage.append(make("span", `${each.before} `, { className: "around" }));
      passage.append(...each.runs.map((run) => (MARKS[run.mark] ? make(MARKS[run.mark], run.text) : run.text)));
      if (each.after) passage.append(make("span", ` ${each.after}`, { className: "around" }));
      part.append(passage);
    }
    return part;
  }

  function drawSaid() {
    const row = rows[at];
    const said = row ? list(row.name) : {};
    const mine = said[person]?.words;
    const offered = offer();
    fill(
      get("choices"),
      offered.map((each) => {
        const button = make("button", "", { type: "button", onclick: each.does });
        button.append(make("kbd", each.key), each.words);
        if (!step && each.words === mine) button.setAttribute("aria-pressed", "true");
        return button;
      }),
    );
    get("said").textContent = Object.entries(said).map(([who, { words }]) => `${who}: ${words}`).join(" · ");
    const left = countLeft();
    const after = pair?.next ? " Enter goes on to the next pair." : "";
    get("left").textContent = !rows.length ? `Nothing to decide here.${after}` : left ? `${left} of ${rows.length} left` : `All ${rows.length} decided.${after}`;
    const done = { ...state.done, [person]: rows.length - left };
    get("people").replaceChildren(
      ...Object.entries(done).map(([who, number]) => make("li", `${who} ${number} of ${rows.length}`)),
    );
    drawEntries();
    drawLinked();
    drawNotice();
  }

  function drawEntries() {
    if (get("all").open) fill(get("rows"), rows.map(drawEntry));
  }

  function drawEntry(row, place) {
    const said = Object.entries(list(row.name)).map(([who, { answer: word }]) => `${who}: ${word}`).join(", ");
    const entry = make("li", "");
    const button = make("button", row.title, { type: "button", onclick: () => go(place) });
    if (place === at) button.setAttribute("aria-current", "true");
    entry.append(button, make("span", said, { className: "note" }));
    return entry;
  }

  function drawNotice() {
    const mine = waiting.length;
    const { number, held, fault } = state.waiting;
    const words = [told];
    if (trouble) words.push(trouble);
    if (mine && trouble) words.push(`${mine} of your answers wait in this browser, and are sent when it is back.`);
    if (held) words.push(`The archive is held by ${held}: your answers wait, and are kept when it has ended.`);
    if (fault) words.push(`Not kept yet: ${fault}`);
    get("notice").textContent = words.filter(Boolean).join(" ");
    get("finish").textContent = number ? `Finish (${number} not in the record yet)` : "Finish";
    get("finish").disabled = !number;
  }

  // Linking ----------------------------------------------------------------------------------------------

  function drawSentences(side) {
    const listed = pair.sentences[side].map((each, index) => {
      const box = make("input", "", { type: "checkbox", value: index });
      const label = make("label", "");
      label.append(box, ` ${each.place} `, make("bdi", each.text));
      const entry = make("li", "");
      entry.append(label);
      return entry;
    });
    get(`${side}-sentences`).replaceChildren(...listed);
  }

  function drawLinked() {
    if (!pair || !get("linking").open) return;
    const quote = (side, indexes) => indexes.map((index) => `${pair.sentences[side][index].place} ${pair.sentences[side][index].text}`).join(" … ");
    fill(
      get("linked"),
      state.linked.map((each) => {
        const entry = make("li", "");
        const name = `Unlink ${each.old.concat(each.new).map((index) => index + 1).join(", ")}`;
        const button = make("button", "Unlink", { type: "button", ariaLabel: name, onclick: () => send(each.row, "wrong") });
        entry.append(make("bdi", quote("old", each.old)), " ↔ ", make("bdi", quote("new", each.new)), " ", button);
        return entry;
      }),
    );
  }

  function link() {
    const changes = new Set();
    for (const side of ["old", "new"]) {
      const boxes = [...get(`${side}-sentences`).querySelectorAll(":checked")];
      if (!boxes.length) return void (get("link-said").textContent = "Choose a sentence on each side.");
      for (const box of boxes) changes.add(pair.sentences[side][box.value].change);
    }
    if (changes.size < 2) return void (get("link-said").textContent = "They are linked already.");
    send(["link", ...changes].join(" "), "right");
    for (const box of get("linking").querySelectorAll(":checked")) box.checked = false;
    get("link-said").textContent = "Linked.";
  }

  // Keys -------------------------------------------------------------------------------------------------

  function toggleHelp() {
    get("help").hidden = !get("help").hidden;
    get("help-button").setAttribute("aria-expanded", String(!get("help").hidden));
    if (!get("help").hidden) get("help").scrollIntoView({ block: "nearest" });
  }

  function goOn() {
    if (!pair?.next || countLeft()) return false;
    location.href = `pair?${new URLSearchParams({ old: pair.next[0], new: pair.next[1] })}`;
    return true;
  }

  const MOVES = {
    u: undo,
    ArrowLeft: () => go(at - 1),
    ArrowRight: () => go(at + 1),
    "?": toggleHelp,
    Escape: () => change(""),
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !get("keys").checked) return;
    if (event.repeat || !pair) return;
    const isField = event.target.matches("input, select, textarea");
    if (isField && event.key !== "Escape") return;
    if (event.key === "Enter") {
      if (!event.target.matches("button, a, summary") && goOn()) event.preventDefault();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const does = offer().find((each) => each.key === key)?.does || MOVES[key];
    if (!does) return;
    event.preventDefault();
    does();
  });

  get("undo").addEventListener("click", undo);
  get("before").addEventListener("click", MOVES.ArrowLeft);
  get("after").addEventListener("click", MOVES.ArrowRight);
  get("help-button").addEventListener("click", toggleHelp);
  get("link").addEventListener("click", link);
  get("all").addEventListener("toggle", drawEntries);
  get("linking").addEventListener("toggle", drawLinked);
  get("finish").addEventListener("click", async () => {
    await flush();
    try {
      state.waiting = (await door.ask("finish", {})).waiting;
    } catch (error) {
      trouble = door.explain(error);
    }
    drawNotice();
  });

  async function begin() {
    get("notice").textContent = "";
    get("desk").hidden = false;
    get("left").textContent = "Comparing …";
    try {
      pair = await door.ask(`rows?${new URLSearchParams(sides)}`);
    } catch (error) {
      if (error.status !== door.NOT_YET) {
        trouble = door.explain(error);
        get("left").textContent = "";
        drawNotice();
      }
      if (door.comesLater(error)) setTimeout(begin, SECONDS * 1000);
      return;
    }
    trouble = "";
    ({ rows, state, person } = pair);
    readWaiting();
    // Only now: what the server took for references has no hidden characters in it.
    get("pair").textContent = `${sides.old} → ${sides.new}`;
    document.title = `Decide: ${sides.new}`;
    for (const [side, name] of [["old", pair.names[0]], ["new", pair.names[1]]]) {
      get(`${side}-name`).textContent = name;
      drawSentences(side);
    }
    go(Math.max(rows.findIndex((row) => !isDone(row)), 0));
    flush();
    // What comes next is compared meanwhile.
    if (pair.next) door.ask(`rows?${new URLSearchParams({ old: pair.next[0], new: pair.next[1] })}`).catch(() => {});
    setInterval(look, SECONDS * 1000);
  }

  begin();
})();
