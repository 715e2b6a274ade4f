/** An explorer's whole setting as one short string, read with forgiveness and written in full. */

import { EXPLORERS } from "./explorers.js";

/** `{kind, values, problems}` of a state string such as "skip?depth=20&seed=3"; problems are sentences. */
export function parseState(text, fallback = "thermometers") {
  const [name, query = ""] = String(text ?? "").replace(/^#/, "").split("?");
  const problems = [];
  let kind = name || fallback;
  if (!Object.hasOwn(EXPLORERS, kind)) {
    const known = Object.keys(EXPLORERS).join(", ");
    problems.push(`There is no explorer “${cut(kind)}”: showing ${fallback}. There are ${known}.`);
    kind = fallback;
  }
  const { fields } = EXPLORERS[kind];
  const values = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.initial]));
  for (const [key, given] of new URLSearchParams(query)) {
    if (Object.hasOwn(fields, key)) values[key] = readField(key, fields[key], given, problems);
    else problems.push(`${cut(key)} is not a setting here. There are ${Object.keys(fields).join(", ")}.`);
  }
  return { kind, values, problems };
}

function cut(text) {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function readField(key, field, given, problems) {
  if (field.options) {
    if (Object.hasOwn(field.options, given)) return given;
    const known = Object.keys(field.options).join(", ");
    problems.push(`${key}=${cut(given)} is unknown: showing ${field.initial}. There are ${known}.`);
    return field.initial;
  }
  if (field.words && Object.hasOwn(field.words, given)) return given;
  return readNumber(key, field, given, problems);
}

function readNumber(key, field, given, problems) {
  const value = given.trim() === "" ? NaN : Number(given);
  if (!Number.isFinite(value)) {
    problems.push(`${key}=${cut(given)} is not a finite number: showing ${field.initial}.`);
    return field.initial;
  }
  const near = field.whole ? Math.round(value) : value;
  const inside = Math.min(field.high, Math.max(field.low, near));
  if (inside !== value) {
    const kind = field.whole ? "a whole number" : "a number";
    problems.push(`${key}=${cut(given)} is not ${kind} from ${field.low} to ${field.high}: showing ${inside}.`);
  }
  return inside;
}

/** The state string; the same values always give the same string. */
export function formatState(kind, values) {
  const pairs = Object.keys(EXPLORERS[kind].fields).map((key) => `${key}=${encodeURIComponent(values[key])}`);
  return `${kind}?${pairs.join("&")}`;
}

/** Python that opens the same explorer with the same setting. */
export function formatPython(kind, values) {
  const python = (value) => (typeof value === "string" ? JSON.stringify(value) : String(value));
  const pairs = Object.keys(EXPLORERS[kind].fields).map((key) => `${key}=${python(values[key])}`);
  const settings = [...(kind === "player" ? ["recording"] : []), ...pairs].join(", ");
  return `import vgcourse as vg\n\nvg.explore.${kind}(${settings})`;
}
