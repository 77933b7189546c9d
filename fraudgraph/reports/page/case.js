(() => {
  // The picture: a person or a value that is chosen lights up with all that it is tied to, here and in the tables.
  const net = document.querySelector("#net svg");
  const said = document.getElementById("chosen");
  if (!net) return;
  const names = (mark) => mark.dataset.of.split(" ");
  const marks = [...net.querySelectorAll("g[data-of]")];
  const lines = [...net.querySelectorAll("line[data-of]")];
  const elsewhere = [...document.querySelectorAll("[data-of]")].filter((one) => !net.contains(one));
  const title = (mark) => mark.querySelector("title").textContent;
  let chosen = null;

  const choose = (mark) => {
    chosen = mark === chosen ? null : mark;
    const own = new Set(chosen ? names(chosen) : []);
    const near = new Set(own);
    const touched = lines.filter((line) => names(line).some((name) => own.has(name)));
    touched.forEach((line) => names(line).forEach((name) => near.add(name)));
    const lit = (one) => names(one).some((name) => near.has(name));
    net.classList.toggle("chosen", Boolean(chosen));
    lines.forEach((line) => line.classList.toggle("lit", touched.includes(line)));
    marks.forEach((one) => {
      one.classList.toggle("lit", Boolean(chosen) && lit(one));
      one.classList.toggle("of", one === chosen);
      one.setAttribute("aria-pressed", String(one === chosen));
    });
    elsewhere.forEach((one) => one.classList.toggle("lit", Boolean(chosen) && (own.size === 1 && chosen.querySelector("rect") ? lit(one) : names(one).some((name) => own.has(name)))));
    const others = chosen ? marks.filter((one) => one !== chosen && lit(one)).map(title) : [];
    said.textContent = chosen ? `${title(chosen)}. Tied to: ${others.join("; ") || "nothing that is drawn"}.` : "";
  };
  const reach = (mark) => { marks.forEach((one) => { one.tabIndex = one === mark ? 0 : -1; }); mark.focus(); };

  net.setAttribute("role", "group");
  marks.forEach((mark, place) => {
    mark.setAttribute("role", "button");
    mark.setAttribute("aria-label", title(mark));
    mark.setAttribute("aria-pressed", "false");
    mark.tabIndex = place ? -1 : 0;
    mark.addEventListener("click", () => { reach(mark); choose(mark); });
    mark.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step) reach(marks[(place + step + marks.length) % marks.length]);
      else if (event.key === "Enter" || event.key === " ") choose(mark);
      else if (event.key === "Escape" && chosen) choose(chosen);
      else return;
      event.preventDefault();
    });
  });
  document.querySelectorAll(".needs-script").forEach((one) => { one.hidden = false; });
})();
