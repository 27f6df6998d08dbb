// What Voila's page calls while it is being made: the content shows when both the cells and the theme are there.
window.voila_heartbeat = () => {};
window.voila_process = () => {};
window.voila_finish = () => {
  if (!window.themeLoaded) {
    window.cellLoaded = true;
    return;
  }
  document.getElementById("loading")?.remove();
  document.getElementById("rendered_cells").hidden = false;
};
document.addEventListener("DOMContentLoaded", () => window.voila_finish());
// A slider's handle has no name of its own, so a screen reader could not say what it moves: it takes that of the label beside it.
new MutationObserver(() => {
  for (const handle of document.querySelectorAll(".noUi-handle:not([aria-label])")) {
    const label = handle.closest(".widget-slider, .widget-hslider")?.querySelector(".widget-label");
    if (label) handle.setAttribute("aria-label", label.textContent);
  }
}).observe(document, { childList: true, subtree: true });
