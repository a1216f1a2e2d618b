"use strict";
// Values under the pointer, or under the cursor that the arrow keys move.
const prepareChart = (chart) => {
  const points = JSON.parse(chart.dataset.points);
  const drawing = chart.querySelector(".drawing");
  const cursor = chart.querySelector(".cursor");
  const shown = chart.querySelector(".values");
  let current = points.steps.length - 1;
  const show = (index) => {
    current = Math.max(0, Math.min(points.steps.length - 1, index));
    cursor.hidden = false;
    cursor.style.left = `${100 * points.places[current]}%`;
    const texts = points.labels.map((label, line) => `${label} ${points.values[line][current]}`);
    shown.textContent = `Step ${points.steps[current]}: ${texts.join(", ")}`;
  };
  drawing.tabIndex = 0;
  const follow = (event) => {
    const box = drawing.getBoundingClientRect();
    const place = (event.clientX - box.left) / box.width;
    let best = 0;
    points.places.forEach((one, index) => {
      if (Math.abs(one - place) < Math.abs(points.places[best] - place)) best = index;
    });
    show(best);
  };
  drawing.addEventListener("pointermove", follow);
  drawing.addEventListener("pointerdown", follow); // a tap moves no pointer
  drawing.addEventListener("focus", () => show(current));
  drawing.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: Infinity };
    if (event.key in moves) {
      event.preventDefault();
      show(moves[event.key]);
    }
  });
};
// The same latents over training: a slider, and a button that plays.
const preparePlayer = (player) => {
  const frames = [...player.querySelectorAll(".frame")];
  const slider = player.querySelector("input");
  const button = player.querySelector("button");
  let timer = null;
  const show = (index) => {
    frames.forEach((frame, number) => frame.classList.toggle("shown", number === index));
    slider.value = index;
    slider.setAttribute("aria-valuetext", `step ${frames[index].dataset.step}`);
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    button.textContent = "Play";
  };
  const next = () => {
    const index = Number(slider.value) + 1;
    if (index < frames.length) show(index);
    if (index >= frames.length - 1) stop();
  };
  button.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(slider.value) === frames.length - 1) show(0);
    button.textContent = "Pause";
    timer = setInterval(next, 600);
  });
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value));
  });
  show(frames.length - 1);
  player.querySelector(".controls").hidden = false;
};
const prepare = (part) => {
  part.querySelectorAll(".chart").forEach(prepareChart);
  part.querySelectorAll(".player").forEach(preparePlayer);
};
prepare(document);
