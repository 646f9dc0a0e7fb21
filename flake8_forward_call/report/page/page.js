"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const form = one("#filter"), words = one("#words"), open = one("#open"), rules = all("#filter input[type=checkbox]");
  const findings = all("article").map((node) => ({ node, code: node.dataset.code, text: "" }));
  const groups = all(".group").map((node) => ({ node, count: one(".count", node), members: all("article", node) }));

  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const codes = new Set(rules.filter((rule) => rule.checked).map((rule) => rule.value));
    const numbers = Object.fromEntries(rules.map((rule) => [rule.value, 0]));
    let shown = 0;
    for (const finding of findings) {
      // What is searched is read when it is first needed.
      if (wanted.length) finding.text ||= `${finding.code} ${finding.node.textContent}`.toLowerCase();
      const matches = wanted.every((word) => finding.text.includes(word));
      numbers[finding.code] += matches;
      finding.node.hidden = !(matches && codes.has(finding.code));
      shown += !finding.node.hidden;
    }
    for (const group of groups) {
      const number = group.members.filter((member) => !member.hidden).length;
      group.node.hidden = !number;
      group.count.textContent = number;
    }
    for (const rule of rules) one(".count", rule.parentNode).textContent = numbers[rule.value];
    one("#shown").textContent = shown === findings.length ? `${shown} shown` : `${shown} of ${findings.length} shown`;
    one("#nothing").hidden = shown > 0;
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && event.target !== words) {
      event.preventDefault();
      words.focus();
    } else if (event.key === "Escape" && event.target === words) {
      words.value = "";
      filter();
    }
  });

  open.addEventListener("click", () => {
    const opens = open.textContent === "Open all";
    for (const each of all("article details")) each.open = opens;
    open.textContent = opens ? "Close all" : "Open all";
  });

  // Paper has nothing to click on.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("article details:not([open])");
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of opened) each.open = false;
  });

  // A link to a finding leads there although it was filtered out.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (target && target.hidden) {
      words.value = "";
      for (const rule of rules) rule.checked = true;
      filter();
    }
  });

  form.hidden = false;
  filter();  // A browser that comes back to the page has kept what was typed.
})();
