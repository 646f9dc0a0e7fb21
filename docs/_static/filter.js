// Adds a field above a long table that shows only the rows with the words that are typed into it.
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll(".filtered")) {
    const rows = [...box.querySelectorAll("tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
    const field = document.createElement("input");
    field.type = "search";
    field.placeholder = "Filter the table";
    field.setAttribute("aria-label", field.placeholder);
    const none = document.createElement("p");
    none.setAttribute("role", "status");
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/);
      for (const [row, text] of rows) row.hidden = !words.every((word) => text.includes(word));
      none.textContent = rows.every(([row]) => row.hidden) ? "No such package." : "";
    });
    box.prepend(field);
    box.append(none);
  }
});
