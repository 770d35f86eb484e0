"use strict";
// Tables wider than the page are reached by keyboard.
const scrollers = () => {
  for (const each of document.querySelectorAll(".scroller")) {
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
    else each.removeAttribute("tabindex");
  }
};
addEventListener("resize", scrollers);
document.addEventListener("toggle", scrollers, true);
scrollers();

// Paper shows everything.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});

// The map: cells say what they hold.
const stage = document.getElementById("live-map");
if (stage) {
  const cells = JSON.parse(document.getElementById("map-cells").textContent);
  const marker = document.getElementById("marker");
  const says = document.getElementById("map-says");
  const box = document.querySelector(".marker").viewBox.baseVal;
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const numbers = (column) => {
    const view = bytes(column.values);
    const read = { u1: (k) => view.getUint8(k), u2: (k) => view.getUint16(2 * k, true), i2: (k) => view.getInt16(2 * k, true), f4: (k) => view.getFloat32(4 * k, true) }[column.type];
    return Array.from({ length: cells.count }, (_, k) => read(k) * column.scale);
  };
  const x = numbers(cells.x), y = numbers(cells.y);
  const latitude = numbers(cells.latitude), longitude = numbers(cells.longitude);
  const figures = cells.figures.map((each) => ({ label: each.label, values: numbers(each) }));
  const country = numbers(cells.country), reason = numbers(cells.reason);
  const written = (value) => {
    if (Number.isNaN(value)) return "not known";
    const size = Math.abs(value);
    const digits = size >= 1000 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 3;
    return value.toLocaleString("en-US", { maximumFractionDigits: digits });
  };
  const degrees = (value, positive, negative) => `${Math.abs(value).toFixed(2)}° ${value < 0 ? negative : positive}`;
  let at = -1;
  const show = (k) => {
    if (k < 0) return;
    at = k;
    marker.setAttribute("visibility", "visible");
    marker.setAttribute("cx", x[k]);
    marker.setAttribute("cy", y[k]);
    const place = [degrees(latitude[k], "N", "S"), degrees(longitude[k], "E", "W"), cells.countries[country[k]]];
    const parts = figures.map((each) => `${each.label} ${written(each.values[k])}`);
    if (reason[k]) parts.push(`refused mostly: ${cells.reasons[reason[k]]}`);
    says.textContent = `${place.filter(Boolean).join(", ")}: ${parts.join(", ")}`;
    stage.dataset.cell = k;
  };
  // The nearest of those that a direction allows.
  const nearest = (left, top, ahead = () => true) => {
    let best = -1, least = Infinity;
    for (let k = 0; k < x.length; k++) {
      const across = x[k] - left, down = y[k] - top;
      if (!ahead(across, down)) continue;
      const far = across * across + down * down;
      if (far < least) { least = far; best = k; }
    }
    return best;
  };
  // No cell answers for a place beyond its own edge.
  const reach = Number(stage.dataset.reach);
  const nothing = () => {
    marker.setAttribute("visibility", "hidden");
    says.textContent = "no cell here";
    delete stage.dataset.cell;
  };
  const point = (event) => {
    const frame = stage.getBoundingClientRect();
    const left = (event.clientX - frame.left) / frame.width * box.width;
    const top = (event.clientY - frame.top) / frame.height * box.height;
    const k = nearest(left, top);
    if (k >= 0 && Math.hypot(x[k] - left, y[k] - top) <= reach) show(k);
    else nothing();
  };
  stage.addEventListener("pointermove", point);
  stage.addEventListener("pointerdown", point);
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  stage.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    if (at < 0) { show(nearest(box.width / 2, box.height / 2)); return; }
    show(nearest(x[at], y[at], (across, down) => {
      const along = across * way[0] + down * way[1], aside = Math.abs(across * way[1] + down * way[0]);
      return along > 1e-6 && aside <= along;
    }));
  });
  stage.addEventListener("focus", () => { if (at < 0) show(nearest(box.width / 2, box.height / 2)); });
}
