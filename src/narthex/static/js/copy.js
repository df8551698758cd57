// <button data-copy="ID" data-copied="Copied" hidden>: puts the text of that element on the clipboard and says so.
const say = document.createElement("p");
say.className = "sr";
say.setAttribute("role", "status");
document.body.append(say);

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  // The clipboard exists only on https and on the machine itself.
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent.trim());
    const words = button.querySelector("[data-words]");
    const before = words.textContent;
    say.textContent = words.textContent = button.dataset.copied;
    setTimeout(() => {
      words.textContent = before;
      say.textContent = "";
    }, 1600);
  });
}
