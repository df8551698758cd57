// The button that was pressed says that it works, and a form leaves only once. Coming back to the page frees it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // What goes into a frame leaves this page as it is.
  if (event.submitter?.formTarget) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});
