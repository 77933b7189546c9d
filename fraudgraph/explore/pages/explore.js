(() => {
  // The slider says which night it stands on while it is moved, and goes there when it is let go; without a script there is a button.
  const night = document.getElementById("night");
  if (night) {
    const form = night.form;
    const day = document.getElementById("day");
    const days = new Map([...document.querySelectorAll("#days option")].map((one) => [one.value, one.label]));
    form.querySelector(".go").hidden = true;
    night.addEventListener("input", () => { day.textContent = `${days.get(night.value) ?? ""} (night ${night.value})`; });
    night.addEventListener("change", () => form.requestSubmit());
  }
  // A click in the graph makes a new page: whoever walks it by keyboard goes on where they were. The browser, which jumps to the graph,
  // lets go of what had the focus before it is done.
  const chosen = document.querySelector(".grown a.of");
  const resume = () => requestAnimationFrame(() => chosen.focus({ preventScroll: true }));
  if (chosen && location.hash === "#graph") window.addEventListener("load", resume);
})();
