// <ul data-rows> with an input in each row: a button [data-add] adds a row, [data-remove] takes one away.
// Without scripts the same buttons send the form, and the server answers with the rows changed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add], [data-remove]");
  if (!button) return;
  const list = document.getElementById(button.dataset.add ?? button.dataset.remove);
  const rows = list?.querySelectorAll(":scope > li");
  if (!rows?.length) return;
  event.preventDefault();
  const last = rows[rows.length - 1];
  if (button.dataset.add) {
    const copy = last.cloneNode(true);
    const input = copy.querySelector("input");
    input.value = "";
    for (const name of ["id", "aria-invalid", "aria-describedby"]) input.removeAttribute(name);
    input.setAttribute("aria-label", `${list.dataset.rows} ${rows.length + 1}`);
    last.after(copy);
    input.focus();
  } else if (rows.length > 1) {
    button.closest("li").remove();
  } else {
    last.querySelector("input").value = "";
  }
  list.dispatchEvent(new Event("input", { bubbles: true }));
});
