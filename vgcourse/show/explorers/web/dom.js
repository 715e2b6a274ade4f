/** Small helpers for elements and native, labelled controls. */

let ids = 0;

/** A fresh id that no other explorer on the page has. */
export function freshId() {
  ids += 1;
  return `vg-${ids}`;
}

const FOCUSABLE = new Set(["button", "input", "select", "summary"]);

/** An element with properties (`class`, `aria-*`, `on*`, others as attributes) and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  // JupyterLab's shortcuts would take the arrows and letters from a control that does not refuse them itself.
  if (FOCUSABLE.has(tag) || "tabindex" in properties) element.setAttribute("data-lm-suppress-shortcuts", "true");
  element.append(...children.filter((child) => child != null));
  return element;
}

export function button(text, onclick, properties = {}) {
  return make("button", { type: "button", class: "vg-button", onclick, ...properties }, text);
}

/**
 * A control for one field of a state: a slider or a menu, with its label.
 * `onchange(key, value)` hears every move. Returns `{element, show(value)}`.
 */
export function control(key, field, onchange) {
  const slider = !field.options && !field.offered;
  return slider ? sliderControl(key, field, onchange) : menuControl(key, field, onchange);
}

function sliderControl(key, field, onchange) {
  const id = freshId();
  const step = field.step ?? 1;
  const decimals = step < 1 ? 2 : 0;
  const shown = make("output", { for: id, class: "vg-value" });
  const input = make("input", { id, type: "range", min: field.low, max: field.high, step, "data-key": key });
  const show = (value) => {
    input.value = value;
    shown.textContent = Number(value).toFixed(decimals);
  };
  input.addEventListener("input", () => {
    show(input.value);
    onchange(key, Number(input.value));
  });
  const label = make("label", { for: id }, field.label);
  const element = make("div", { class: "vg-control vg-slider" }, label, make("div", { class: "vg-row" }, input, shown));
  return { element, show };
}

function menuControl(key, field, onchange) {
  const id = freshId();
  const select = make("select", { id, "data-key": key });
  const entries = field.options ? Object.entries(field.options) : offeredEntries(field);
  for (const [value, text] of entries) select.append(make("option", { value }, text));
  const show = (value) => {
    const text = String(value);
    if (![...select.options].some((option) => option.value === text)) select.append(make("option", { value: text }, text));
    select.value = text;
  };
  const read = (text) => (field.options || field.words?.[text] ? text : Number(text));
  select.addEventListener("change", () => onchange(key, read(select.value)));
  const element = make("div", { class: "vg-control" }, make("label", { for: id }, field.label), select);
  return { element, show };
}

function offeredEntries(field) {
  return [...field.offered.map((value) => [value, String(value)]), ...Object.entries(field.words ?? {})];
}

/** Paragraph text from alternating plain and emphasised parts, the first letter a capital. */
export function emphasise(parts) {
  return parts.map((part, i) => {
    const text = i === 0 ? part[0].toUpperCase() + part.slice(1) : part;
    return i % 2 ? make("strong", {}, text) : text;
  });
}

/** A legend of [kind of key, text] pairs; the style sheet draws the keys. */
export function legendList(entries) {
  const key = (kind) => make("span", { class: `vg-key vg-key-${kind}`, "aria-hidden": "true" });
  return make("ul", { class: "vg-legend" }, ...entries.map(([kind, text]) => make("li", {}, key(kind), text)));
}

/** A table with a header row; the first cell of each row is its header. */
export function table(caption, head, rows) {
  const header = make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)));
  const body = rows.map(([first, ...rest]) =>
    make("tr", {}, make("th", { scope: "row" }, first), ...rest.map((text) => make("td", {}, text))),
  );
  return make("table", {}, make("caption", {}, caption), make("thead", {}, header), make("tbody", {}, ...body));
}

/** Put `text` on the clipboard, also where the page is not served over https; resolves to success. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const area = make("textarea", { class: "vg-hidden", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
