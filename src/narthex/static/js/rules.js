// Password rules that tick while typing: <ul data-rules="ID" data-met="…" data-unmet="…"> with <li data-rule="length:8">.
// The server decides; this only tells early. A rule without data-rule is one that only the server can check.
const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u];
const mostlyRuns = (text) => {
  const codes = [...text].map((sign) => sign.codePointAt(0));
  const inRun = new Set();
  codes.forEach((code, at) => {
    const step = codes[at + 1] - code;
    if (Math.abs(step) <= 1 && codes[at + 2] - codes[at + 1] === step) inRun.add(at).add(at + 1).add(at + 2);
  });
  return inRun.size > 0 && codes.length - inRun.size < 3;
};
const tests = {
  length: (text, least, most) => [...text].length >= least && [...text].length <= (most || Infinity),
  kinds: (text, least) => kinds.filter((kind) => kind.test(text)).length >= least,
  plain: (text) => !mostlyRuns(text.toLowerCase()),
  apart: (text, id) => {
    const name = document.getElementById(id)?.value.toLowerCase();
    return !name || !text.toLowerCase().includes(name);
  },
};
for (const list of document.querySelectorAll("[data-rules]")) {
  const input = document.getElementById(list.dataset.rules);
  const check = () => {
    for (const item of list.children) {
      const [name, ...values] = (item.dataset.rule ?? "").split(":");
      const met = input.value !== "" && Boolean(tests[name]?.(input.value, ...values));
      item.classList.toggle("met", met);
      item.classList.remove("unmet");
      item.querySelector("[data-state]").textContent = !name ? "" : met ? list.dataset.met : list.dataset.unmet;
    }
  };
  input.form.addEventListener("input", (event) => (event.target === input || input.value) && check());
}
