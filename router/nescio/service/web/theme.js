// Applies the remembered colours before the first paint. Everything else is in app.js.
try {
  const theme = localStorage.getItem("nescio.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be closed to the page; the system's colours apply then.
}
