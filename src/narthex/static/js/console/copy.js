// <button class="copy" data-copy="text"> or data-copy-from="ID": puts the text on the clipboard and says so.
const say = document.createElement("p");
say.className = "sr";
say.setAttribute("role", "status");
document.body.append(say);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copyFrom) ?? button.previousElementSibling;
  const text = button.dataset.copy ?? source?.dataset.secret ?? source?.value ?? source?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (source) getSelection().selectAllChildren(source);
    return;
  }
  button.classList.add("done");
  say.textContent = button.dataset.copied ?? "Copied";
  setTimeout(() => {
    button.classList.remove("done");
    say.textContent = "";
  }, 1600);
});
