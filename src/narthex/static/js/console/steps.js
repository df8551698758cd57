// <ol data-steps> of links to the steps of a guide: marks the one that is being read.
for (const list of document.querySelectorAll("[data-steps]")) {
  const links = new Map([...list.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const mark = () => {
    const now = [...links.keys()].find((id) => seen.has(id));
    if (!now) return;
    for (const [id, link] of links) {
      if (id === now) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    }
  };
  const watch = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target.id);
      mark();
    },
    { rootMargin: "-64px 0px -55% 0px" },
  );
  for (const id of links.keys()) {
    const step = document.getElementById(id);
    if (step) watch.observe(step);
  }
}
