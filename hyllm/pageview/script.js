"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const cards = all(".card");
  const sections = all("section.page");
  const words = document.getElementById("words");
  const wordsOf = (card) => {  // places aside: whoever looks for 5 means a value
    const copy = card.cloneNode(true);
    all(".place", copy).forEach((one) => one.remove());
    return copy.textContent;
  };
  const texts = new Map(cards.map((card) => [card, wordsOf(card)]));
  let chosen = null;

  const marksOf = (wanted) => all("mark[data-refs]").filter((mark) => mark.dataset.refs.split(" ").some(wanted));
  const clear = () => {
    all(".chosen").forEach((one) => one.classList.remove("chosen"));
    chosen = null;
  };
  const show = (mark) => {
    const box = mark.closest(".text");
    box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    const top = box.getBoundingClientRect().top;
    if (top < 0 || top > window.innerHeight / 2) mark.scrollIntoView({ block: "center" });
  };
  const choose = (card, ref) => {
    clear();
    chosen = card;
    card.classList.add("chosen");
    const at = `${card.dataset.at}/`;
    const marks = marksOf((one) => (ref ? one === ref : one.startsWith(at)));
    marks.forEach((mark) => mark.classList.add("chosen"));
    if (marks.length) show(marks.find((mark) => mark.classList.contains("value")) || marks[0]);
  };
  const filter = () => {
    const kinds = new Set(all("input[data-kind]").filter((box) => box.checked).map((box) => box.dataset.kind));
    const faulty = document.getElementById("faulty").checked;
    const page = document.getElementById("page").value;
    const wanted = words.value.trim();
    document.body.classList.toggle("no-grey", !document.getElementById("grey").checked);
    sections.forEach((section) => { section.hidden = page !== "" && section.dataset.number !== page; });
    cards.forEach((card) => {
      card.hidden = !kinds.has(card.dataset.kind) || (faulty && !card.classList.contains("marked"))
        || (wanted !== "" && !texts.get(card).includes(wanted));
    });
    all("input[data-kind]").forEach((box, number) => {
      if (box.checked) return;
      if (chosen && chosen.dataset.kind === box.dataset.kind) clear();
    });
  };
  const step = (by) => {
    const seen = cards.filter((card) => card.offsetParent !== null);
    if (!seen.length) return;
    const now = seen.indexOf(chosen);
    const next = seen[(now + by + seen.length + (now < 0 && by < 0 ? 1 : 0)) % seen.length];
    choose(next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  const head = document.querySelector("header");
  const measure = () => {
    const height = getComputedStyle(head).position === "sticky" ? head.offsetHeight : 0;
    document.documentElement.style.setProperty("--head", `${height}px`);
  };

  addEventListener("resize", measure);
  measure();
  document.getElementById("filters").addEventListener("input", filter);
  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.to");
    const card = event.target.closest(".card");
    const mark = event.target.closest("mark[data-refs]");
    if (card) choose(card, button ? button.dataset.ref : "");
    if (!mark) return;
    const refs = mark.dataset.refs.split(" ");
    const found = cards.find((one) => !one.hidden && refs.some((ref) => !ref.includes("/evidence/") && ref.startsWith(`${one.dataset.at}/`)))
      || cards.find((one) => !one.hidden && refs.some((ref) => ref.startsWith(`${one.dataset.at}/`)));
    if (found) {
      choose(found);
      found.scrollIntoView({ block: "center" });
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") { clear(); document.activeElement.blur(); return; }
    if (event.target.matches("input, select")) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "u") { const box = document.getElementById("grey"); box.checked = !box.checked; filter(); }
    else if (event.key === "/") { event.preventDefault(); words.focus(); }
    else if (event.key === "Enter" && event.target.matches(".card")) choose(event.target);
  });
  filter();
})();
