// The "/" key brings the box. Who speaks to the device instead of typing may
// press it without meaning to, so it can be switched off (WCAG 2.1.4).
const key = "no shortcut";

function stored() {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false;
  }
}

/** Begins to listen; the switch is a checkbox. */
export function listen(control, bring) {
  control.checked = !stored();
  control.addEventListener("change", () => {
    try {
      if (control.checked) localStorage.removeItem(key);
      else localStorage.setItem(key, "1");
    } catch {
      // It holds for this visit.
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || !control.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    bring();
  });
}
