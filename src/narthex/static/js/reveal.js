// A button with data-reveal="ID" shows and hides the password in the input with that id.
// The form never leaves with a shown password: browsers remember what text inputs held.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const show = (shown) => {
    button.setAttribute("aria-pressed", String(shown));
    input.type = shown ? "text" : "password";
  };
  show(false);
  button.hidden = false;
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus({ preventScroll: true });
  });
  input.form.addEventListener("submit", () => show(false));
}
