// Draws white strokes on black and sends the picture when one ends. Gradio calls this once, with
// the element of canvas.html and `trigger`.
const canvas = element.querySelector("canvas");
const pen = canvas.getContext("2d");
// As wide for the canvas as MNIST's strokes are for its images.
const WIDTH = 22;
let drawing = false;

function wipe() {
  pen.fillStyle = "black";
  pen.fillRect(0, 0, canvas.width, canvas.height);
}

function send() {
  trigger("change", { png: canvas.toDataURL("image/png") });
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [
    ((event.clientX - box.left) * canvas.width) / box.width,
    ((event.clientY - box.top) * canvas.height) / box.height,
  ];
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  // A stroke goes on and ends outside the canvas too.
  canvas.setPointerCapture(event.pointerId);
  drawing = true;
  pen.lineWidth = WIDTH;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "white";
  pen.beginPath();
  pen.moveTo(...place(event));
  pen.lineTo(...place(event)); // a click is a dot
  pen.stroke();
});
canvas.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  pen.lineTo(...place(event));
  pen.stroke();
});
for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, () => {
    if (drawing) send();
    drawing = false;
  });
}
canvas.addEventListener("wipe", wipe);
element.querySelector(".clear").addEventListener("click", () => {
  wipe();
  send();
});
wipe();
