"use strict";
// Puts in what has changed, and keeps what is open and where the keyboard is.
const main = document.querySelector("main");
const away = document.querySelector("#away");
const parts = []; // of the page, as they came
let tag = "";
const renew = (text) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  document.title = page.title;
  const fresh = [...page.querySelector("main").children];
  fresh.forEach((part, index) => {
    const old = main.children[index];
    if (part.outerHTML === parts[index]) return;
    parts[index] = part.outerHTML;
    if (!old) {
      main.append(part);
      prepare(part);
      return;
    }
    const within = (root) => [...root.querySelectorAll("[tabindex], a, button, input, summary")];
    const focused = within(old).indexOf(document.activeElement);
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    old.replaceWith(part);
    prepare(part);
    part.querySelectorAll("details").forEach((one, number) => { one.open = open[number]; });
    within(part)[focused]?.focus({ preventScroll: true });
  });
  while (main.children.length > fresh.length) main.lastElementChild.remove();
  parts.length = fresh.length;
};
// Waits much longer than the answer took, so that the machine is left to the training.
const refresh = async () => {
  const began = performance.now();
  try {
    const answer = await fetch("/", { headers: { "If-None-Match": tag }, cache: "no-store" });
    away.hidden = true;
    if (answer.status === 200) {
      renew(await answer.text());
      tag = answer.headers.get("ETag");
    }
  } catch {
    away.hidden = false;
  }
  setTimeout(refresh, Math.max(5000, 20 * (performance.now() - began)));
};
refresh();
