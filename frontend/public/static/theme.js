// Runs before anything is painted: the chosen theme, or nothing, which leaves it to the system. See src/ui/preference.ts.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // Storage is switched off: the system decides.
  }
  if (theme !== "light" && theme !== "dark") return;
  document.documentElement.dataset.theme = theme;
  // What the browser paints while the style sheet is on its way.
  document.querySelector('meta[name="color-scheme"]').content = theme;
})();
