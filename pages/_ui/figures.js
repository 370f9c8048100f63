// What the drawing library leaves to the mouse, given to the keyboard too, and a menu that saves in
// both formats. Loaded once a tab; figures come and go, so the page is watched for new ones.
(() => {
  if (window.mlmFigures) return;
  window.mlmFigures = true;

  // --- the figure's own menu: SVG and PNG -------------------------------------------------------

  const camera = (plot) =>
    [...plot.querySelectorAll(".modebar-btn")].find((each) =>
      each.getAttribute("aria-label").startsWith("Download plot"),
    );

  const named = (button, name) => {
    button.dataset.title = name;
    button.setAttribute("aria-label", name);
    return button;
  };

  // A saved picture is drawn without the fonts of the page: its type is measured as what every
  // machine has, or names would run into each other. The library copies the layout at once.
  const saveInCommonType = (plot) => {
    const font = plot.layout.font;
    const family = font.family;
    font.family = "Arial, Helvetica, sans-serif";
    setTimeout(() => { font.family = family; });
  };

  // The library has one button for one format: a second one beside it changes the format meanwhile.
  const offerBoth = (plot) => {
    const svg = camera(plot);
    if (!svg) return;
    const png = named(svg.cloneNode(true), "Save as PNG");
    svg.addEventListener("click", () => saveInCommonType(plot), true);
    named(svg, "Save as SVG");
    png.addEventListener("click", () => {
      const options = plot._context.toImageButtonOptions;
      plot._context.toImageButtonOptions = { ...options, format: "png" };
      svg.click();
      plot._context.toImageButtonOptions = options;
    });
    svg.after(png);
  };

  // --- figures that change where they stand (live.py) ---------------------------------------------

  const drawn = new WeakMap(); // the chart's own figure, and what is shown in its place
  let revision = 1;

  const itself = (plot) => ({
    alt: plot.closest(".stPlotlyChart").getAttribute("aria-label"),
    figure: JSON.stringify({ data: plot.data, layout: plot.layout }),
    shown: undefined,
  });

  // The chart takes over whatever figure the library reports after a change, and draws it.
  const show = (plot, own, { figure, alt }) => {
    const { data, layout } = JSON.parse(figure ?? own.figure);
    const { width, height } = plot.layout;
    const margin = { ...layout.margin };
    // Never narrower than before: the plot stands still, and nothing is drawn twice to make room.
    for (const side of "lrtb") margin[side] = Math.max(margin[side], plot._fullLayout._size[side]);
    own.shown = figure;
    plot.data = data;
    plot.layout = { ...layout, margin, width, height, datarevision: ++revision };
    plot.closest(".stPlotlyChart").setAttribute("aria-label", alt ?? own.alt);
    plot.emit("plotly_redraw");
  };

  let isToFollow = false;

  // One figure at a time, from the top of the page on, each seen before the next is drawn; a newer
  // message that comes meanwhile is the one that is followed.
  const follow = () => {
    if (isToFollow) return;
    for (const message of document.querySelectorAll(".st-key-live .stText")) {
      const [key, alt, figure] = message.textContent.split("\n");
      const plot = document.querySelector(`.st-key-${key} .js-plotly-plot`);
      if (!plot?._ev?.listeners("plotly_redraw").length) continue; // not drawn yet
      const own = drawn.get(plot) ?? itself(plot);
      drawn.set(plot, own);
      if (own.shown === figure) continue;
      show(plot, own, { figure, alt });
      isToFollow = true;
      requestAnimationFrame(() => setTimeout(() => {
        isToFollow = false;
        follow();
      }));
      return;
    }
  };

  // --- buttons and sliders inside a figure --------------------------------------------------------

  const reachable = (node, role, name, onKey) => {
    if (node.hasAttribute("tabindex")) return;
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", role);
    if (name) node.setAttribute("aria-label", name);
    node.addEventListener("keydown", (event) => {
      if (onKey(event.key)) event.preventDefault();
    });
  };

  const press = (node) => (key) => {
    const isPressed = key === "Enter" || key === " ";
    if (isPressed) node.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return isPressed;
  };

  const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 };

  // A slider is moved the way the mouse would: by pressing its rail where the next step is.
  const slide = (group, current) => (key) => {
    const slider = current();
    const last = slider.steps.length - 1;
    const ends = { Home: 0, End: last };
    if (!(key in STEPS) && !(key in ends)) return false;
    const to = Math.min(last, Math.max(0, ends[key] ?? slider.active + STEPS[key]));
    const rail = group.querySelector(".slider-rail-rect").getBoundingClientRect();
    const inset = group.querySelector(".slider-grip-rect").getBoundingClientRect().width / 2;
    const clientX = rail.left + inset + ((rail.width - 2 * inset) * to) / last;
    const at = { bubbles: true, clientX, clientY: rail.top + rail.height / 2 };
    group.querySelector(".slider-rail-touch-rect").dispatchEvent(new MouseEvent("mousedown", at));
    document.querySelectorAll(".js-plotly-plot").forEach((each) =>
      each.dispatchEvent(new MouseEvent("mouseup", at)),
    );
    return true;
  };

  // Only what is new is written: every change makes the browser look at the page again.
  const tell = (group, slider) => {
    const told = {
      "aria-valuemin": "0",
      "aria-valuemax": String(slider.steps.length - 1),
      "aria-valuenow": String(slider.active),
      "aria-valuetext": slider.steps[slider.active].label,
    };
    for (const [name, value] of Object.entries(told))
      if (group.getAttribute(name) !== value) group.setAttribute(name, value);
  };

  const look = () => {
    document.querySelectorAll(".js-plotly-plot").forEach((plot) => {
      const svg = camera(plot);
      if (svg) offerBoth(plot);
      plot.querySelectorAll(".updatemenu-button").forEach((button) =>
        reachable(button, "button", button.textContent, press(button)),
      );
      plot.querySelectorAll(".slider-group").forEach((group, place) => {
        const current = () => plot._fullLayout.sliders[place];
        const name = current().currentvalue.prefix || "position";
        reachable(group, "slider", name, slide(group, current));
        tell(group, current());
      });
    });
  };

  // --- a first figure that need not wait -----------------------------------------------------------

  // The drawing library, fetched with the page, takes a second to set itself up. Where no figure has
  // asked for it yet, that is done while nobody waits.
  const setUp = () => {
    const fetched = performance.getEntriesByType("resource").map((each) => each.name);
    const library = fetched.find((name) => /\/PlotlyChart\.[^/]+\.js$/.test(name));
    if (library) import(library);
  };
  setTimeout(() => (window.requestIdleCallback ?? setTimeout)(setUp), 1000);

  let isWaiting = false;
  new MutationObserver(() => {
    follow();
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      look();
    });
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
  look();
})();
