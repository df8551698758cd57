// Appearance: [data-theme-set="light|dark|system"]. The choice lives in a cookie, so the server
// writes data-theme on <html> and no page flashes. Without scripts the same buttons submit a form.
const root = document.documentElement;
const buttons = document.querySelectorAll("[data-theme-set]");

const show = () => {
  const now = root.dataset.theme ?? "system";
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.themeSet === now));
};

for (const button of buttons) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const theme = button.dataset.themeSet;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    document.cookie = `${root.dataset.themeCookie}=${theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    show();
  });
}
show();
