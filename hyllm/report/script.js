"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.getElementById("filters");
  const words = document.getElementById("words");
  const rows = all("#list tr[id]");
  const cards = all("#list .card");
  const pages = all("#pages .page");
  const selects = all("select[data-filter]", form);
  const text = new Map(rows.map((row) => [row, row.closest(".card").querySelector("header").textContent + row.textContent]));
  let chosen = null;

  const showPage = (name) => pages.forEach((page) => { page.hidden = page.dataset.name !== name; });

  const choose = (row, scroll) => {
    if (chosen) chosen.classList.remove("chosen");
    all("mark.chosen").forEach((mark) => mark.classList.remove("chosen"));
    chosen = row;
    if (!row) return;
    row.classList.add("chosen");
    showPage(row.dataset.page);
    if (scroll) {
      row.focus({ preventScroll: true });
      row.scrollIntoView({ block: "center" });
    }
    const panel = document.getElementById("pages");
    const marks = all("#pages .page:not([hidden]) mark[data-refs]").filter((mark) => mark.dataset.refs.split(" ").includes(row.id));
    marks.forEach((mark) => mark.classList.add("chosen"));
    if (marks.length && panel.scrollHeight > panel.clientHeight) {
      panel.scrollTop += marks[0].getBoundingClientRect().top - panel.getBoundingClientRect().top - panel.clientHeight / 3;
    }
  };

  const filter = () => {
    const wanted = selects.filter((select) => select.value).map((select) => [select.dataset.filter, select.value]);
    const asked = words.value.trim().toLowerCase();
    let count = 0;
    rows.forEach((row) => {
      const fits = wanted.every(([name, value]) => row.dataset[name] === value) && (!asked || text.get(row).toLowerCase().includes(asked));
      row.hidden = !fits;
      count += fits;
    });
    cards.forEach((card) => { card.hidden = !card.querySelector("tr[id]:not([hidden])"); });
    document.getElementById("count").textContent = count === rows.length ? count : `${count} of ${rows.length}`;
    if (!chosen || chosen.hidden) choose(rows.find((row) => !row.hidden) || null, false);
  };

  const step = (by) => {
    const shown = rows.filter((row) => !row.hidden);
    const at = shown.indexOf(chosen);
    const next = shown[Math.min(shown.length - 1, Math.max(0, at + by))];
    if (next) choose(next, true);
  };

  const turn = () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
    document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  };

  const reset = () => { form.reset(); filter(); };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select");
    if (typing && event.key === "Escape") event.target.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = { j: () => step(1), k: () => step(-1), "/": () => words.focus(), c: reset, t: turn };
    if (Object.hasOwn(acts, event.key)) {
      event.preventDefault();
      acts[event.key]();
    }
  });
  document.getElementById("list").addEventListener("click", (event) => {
    const row = event.target.closest("tr[id]");
    if (row && !String(getSelection())) choose(row, false);
  });
  document.getElementById("pages").addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-refs]");
    const row = mark && rows.find((one) => !one.hidden && mark.dataset.refs.split(" ").includes(one.id));
    if (row) choose(row, true);
  });
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", turn);
  form.hidden = false;
  if (rows.length) filter(); else if (pages.length) showPage(pages[0].dataset.name);
})();
