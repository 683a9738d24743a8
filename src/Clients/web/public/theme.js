// Runs before the first paint, so that no other theme is seen first: the chosen theme, and whose forms of the Han characters to prefer.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("chat.theme");
    if (theme === "light" || theme === "dark") {
      root.dataset.theme = theme;
    }
  } catch {
    // A browser that stores nothing has the system's theme.
  }
  const han = navigator.languages.map((tag) => /^(ko|ja|zh)\b(.*-(?:hant|tw|hk|mo)\b)?/i.exec(tag)).find(Boolean);
  if (han) {
    root.dataset.han = han[2] ? "zh-hant" : han[1].toLowerCase();
  }
})();
