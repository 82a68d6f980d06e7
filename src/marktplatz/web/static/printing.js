// Buttons with data-print print the page; without JavaScript they stay hidden, and the browser's own menu does it.

export function reveal(root) {
  for (const button of root.querySelectorAll("[data-print]")) button.hidden = false;
}

export function begin(root) {
  reveal(root);
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
}
