// Buttons with data-copy="id" put what a text field holds on the clipboard and say so; without JavaScript they stay hidden.

async function onClick(event) {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.focus();
    field.select();
    return;
  }
  document.getElementById("said").textContent = button.dataset.copied;
  button.textContent = button.dataset.copied;
}

export function begin(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
  root.addEventListener("click", onClick);
}
