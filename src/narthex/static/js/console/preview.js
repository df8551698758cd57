// <form data-preview="NAME">: sends its unsaved values into the frame of that name while one works on it.
// The button [data-preview-now] does the same without scripts, since it is a submit button with its own target.
for (const form of document.querySelectorAll("form[data-preview]")) {
  const now = [...form.elements].find((one) => one.hasAttribute("data-preview-now"));
  let timer;
  const refresh = () => {
    const request = new FormData(form, now);
    const copy = document.createElement("form");
    copy.method = "post";
    copy.action = now.formAction;
    copy.target = form.dataset.preview;
    copy.hidden = true;
    for (const [name, value] of request) {
      if (typeof value !== "string") continue;
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      copy.append(input);
    }
    document.body.append(copy);
    HTMLFormElement.prototype.submit.call(copy);
    copy.remove();
  };
  // Some of its fields stand outside of it, so the page listens.
  document.addEventListener("input", (event) => {
    if (event.target.form !== form) return;
    clearTimeout(timer);
    timer = setTimeout(refresh, 250);
  });
  if (form.hasAttribute("data-dirty")) refresh();
  form.addEventListener("reset", () => setTimeout(refresh));
}
