// Loaded before the first paint, so that a remembered theme never flashes; otherwise the system's choice stands.
(() => {
  const root = document.documentElement;
  let remembered = null;
  try {
    remembered = localStorage.getItem("theme");
  } catch {
    // Storage can be shut off; the system's theme serves then.
  }
  if (remembered === "dark" || remembered === "light") root.dataset.theme = remembered;

  const current = () =>
    root.dataset.theme ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    root.dataset.theme = current() === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // The choice then lasts as long as the page.
    }
    document.dispatchEvent(new Event("themechange"));
  });
})();
