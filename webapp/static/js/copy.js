// The page works without this file: the text can be selected and copied by hand.
// With it, the text is selected as soon as its field is entered, and a button copies it.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const place = button.closest(".copying") ?? document;
  const said = place.querySelector("[data-copied]");
  field.addEventListener("focus", () => field.select());
  if (navigator.clipboard) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      said.textContent = said.dataset.copied;
    });
  }
}
