// Listening in the library: one sound at a time, a playhead across the row's ribbon, a click in it seeks.
const audio = new Audio();
audio.preload = "none";
let row = null;

const button = () => row?.querySelector("[data-listen]");

function playhead() {
  const ribbon = row.querySelector(".track-ribbon");
  return ribbon.querySelector(".playhead") ?? ribbon.appendChild(Object.assign(document.createElement("div"), { className: "playhead" }));
}

function take(next) {
  if (row === next) return;
  if (row) {
    audio.pause();
    mark(false);
    row.querySelector(".playhead")?.remove();
  }
  row = next;
  audio.src = button().dataset.listen;
}

function mark(playing) {
  const control = button();
  control?.toggleAttribute("data-playing", playing);
  control?.setAttribute("aria-label", `${playing ? "Pause" : "Play"} ${row.querySelector("a").textContent}`);
}

function follow() {
  if (!row) return;
  if (audio.duration) playhead().style.insetInlineStart = `calc(${(100 * audio.currentTime) / audio.duration}% - 1px)`;
  if (!audio.paused) requestAnimationFrame(follow);
}

audio.addEventListener("play", () => {
  mark(true);
  follow();
});
audio.addEventListener("pause", () => mark(false));
audio.addEventListener("seeked", follow);

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-listen]");
  const ribbon = event.target.closest("[data-ribbon]");
  if (pressed) {
    take(pressed.closest(".track"));
    if (audio.paused) audio.play();
    else audio.pause();
  } else if (ribbon) {
    take(ribbon.closest(".track"));
    const box = ribbon.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const jump = () => {
      audio.currentTime = share * audio.duration;
    };
    if (audio.readyState > 0) jump();
    else audio.addEventListener("loadedmetadata", jump, { once: true });
    audio.play();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !row || event.target.closest("button, a, input, select, textarea")) return;
  event.preventDefault();
  if (audio.paused) audio.play();
  else audio.pause();
});
