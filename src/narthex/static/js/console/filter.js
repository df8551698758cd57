// <form data-filter="ID">: search and checkboxes narrow the [data-item] cards in #ID while typing.
// data-item holds the words to search, data-kind the checkbox value, data-shown the words of the status.
// Without scripts the form submits.
for (const form of document.querySelectorAll("form[data-filter]")) {
  const scope = document.getElementById(form.dataset.filter);
  const items = [...scope.querySelectorAll("[data-item]")];
  const none = scope.querySelector("[data-none]");
  const status = form.querySelector("[role=status]");

  const apply = () => {
    const data = new FormData(form);
    const words = String(data.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = data.getAll("kind");
    let shown = 0;
    for (const item of items) {
      const fits = words.every((word) => item.dataset.item.includes(word)) && (!kinds.length || kinds.includes(item.dataset.kind));
      item.hidden = !fits;
      shown += fits;
    }
    for (const group of scope.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-item]:not([hidden])");
    }
    if (none) none.hidden = shown > 0;
    if (status) status.textContent = (form.dataset.shown ?? "{count}").replace("{count}", shown);
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => (event.preventDefault(), apply()));
  form.querySelector("[type=submit]")?.setAttribute("hidden", "");
  apply();
}
