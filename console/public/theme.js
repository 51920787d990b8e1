// Before anything is drawn, so that a page that is to be dark is never light first. A file of its own: the policy takes no inline script.
try {
  const theme = localStorage.getItem('slipway.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing shows what the system asks for.
}
