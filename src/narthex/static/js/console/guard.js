// <form data-guard>: shows its save bar when something changed, and asks before the page is left.
for (const form of document.querySelectorAll("form[data-guard]")) {
  // What only steers the preview is no change.
  const state = () => JSON.stringify([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !name.startsWith("preview_")));
  const first = form.hasAttribute("data-dirty") ? null : state();
  let leaving = false;

  const dirty = () => state() !== first;
  const mark = () => form.classList.toggle("dirty", dirty());
  form.addEventListener("input", mark);
  form.addEventListener("reset", () => setTimeout(mark));
  form.addEventListener("submit", (event) => (leaving = !event.submitter?.formTarget));
  addEventListener("beforeunload", (event) => {
    if (!leaving && dirty()) event.preventDefault();
  });
  mark();
}
