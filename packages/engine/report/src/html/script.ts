/** Script of the page: filters rows and details, and opens the details that a link leads to. Without it everything is shown. */
export const script = `
const rows = [...document.querySelectorAll("[data-id]")];
const search = document.querySelector("input[type=search]");
const boxes = [...document.querySelectorAll("input[type=checkbox]")];
const shown = document.querySelector("output");
function filter() {
  const words = search.value.toLowerCase().split(/\\s+/);
  const groups = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  let count = 0;
  for (const row of rows) {
    const { id, group } = row.dataset;
    row.hidden = !groups.has(group) || !words.every((word) => id.toLowerCase().includes(word));
    if (row.tagName === "TR" && !row.hidden) count += 1;
  }
  shown.textContent = count + " shown";
}
function open() {
  const target = document.getElementById(location.hash.slice(1));
  if (!(target instanceof HTMLDetailsElement)) return;
  target.open = true;
  target.hidden = false;
  target.scrollIntoView();
  target.querySelector("summary").focus();
}
search.addEventListener("input", filter);
for (const box of boxes) box.addEventListener("change", filter);
addEventListener("hashchange", open);
document.querySelector("form").hidden = false;
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
filter();
open();
`;
