// <label data-picture="ID" hidden> with a file input: reads a small picture into the field of that id as a data: URL.
for (const label of document.querySelectorAll("[data-picture]")) {
  const field = document.getElementById(label.dataset.picture);
  const file = label.querySelector("input");
  label.hidden = false;
  file.addEventListener("change", () => {
    const [chosen] = file.files;
    if (!chosen) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      field.value = reader.result;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    reader.readAsDataURL(chosen);
  });
}
