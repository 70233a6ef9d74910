// The track page's player: wavesurfer draws the server's peaks inside the ribbon; audio is fetched on the first play.
const script = document.querySelector("script[data-wavesurfer]");
const { default: WaveSurfer } = await import(script.dataset.wavesurfer);

const player = document.getElementById("player");
const stage = player.querySelector(".ribbon-stage");
const button = player.querySelector("[data-play]");
const peaks = JSON.parse(document.getElementById("peaks").textContent);
const marks = JSON.parse(document.getElementById("marks").textContent);
const length = Number(player.dataset.duration);
const STEP = 5;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;

const audio = new Audio();
audio.preload = "none";
audio.src = player.dataset.source;

const wave = WaveSurfer.create({
  container: player.querySelector("[data-wave]"),
  cspNonce: script.nonce,
  media: audio,
  peaks: [peaks.length ? peaks : [0, 0]],
  duration: length,
  height: "auto",
  barWidth: 2,
  barGap: 1,
  barRadius: 1,
  barHeight: 0.8,
  cursorWidth: 2,
  dragToSeek: true,
  hideScrollbar: true,
  ...colours(),
});

// Canvases know nothing of style sheets: each section's colour is read from its drawn segment.
function colours() {
  const ink = getComputedStyle(document.body);
  const width = stage.clientWidth * devicePixelRatio;
  const tones = [...stage.querySelectorAll(".ribbon .bed")].map((bed) => getComputedStyle(bed).fill);
  const gradient = document.createElement("canvas").getContext("2d").createLinearGradient(0, 0, width, 0);
  tones.forEach((tone, index) => {
    gradient.addColorStop(start(index), tone);
    gradient.addColorStop(start(index + 1), tone);
  });
  return { waveColor: tones.length ? gradient : ink.color, progressColor: ink.color, cursorColor: accent() };
}

function start(index) {
  const bed = stage.querySelectorAll(".ribbon .bed")[index];
  return bed ? Math.min(parseFloat(bed.getAttribute("x")) / 100, 1) : 1;
}

function accent() {
  return getComputedStyle(button).backgroundColor;
}

function show(seconds) {
  player.querySelector("[data-time]").textContent = clock(seconds);
  stage.setAttribute("aria-valuenow", String(Math.round(seconds)));
  stage.setAttribute("aria-valuetext", `${clock(seconds)} of ${clock(length)}`);
  const now = marks.findLastIndex((mark) => mark.start !== null && mark.start <= seconds + 0.01);
  player.querySelector("[data-now]").textContent = marks[Math.max(now, 0)]?.name ?? "";
  document.querySelectorAll("[data-seek]").forEach((entry, index) => {
    if (index === now && wave.isPlaying()) entry.setAttribute("aria-current", "true");
    else entry.removeAttribute("aria-current");
  });
}

function seek(seconds) {
  wave.setTime(Math.min(Math.max(seconds, 0), length));
}

wave.on("redrawcomplete", () => stage.classList.add("drawn"));
wave.on("resize", () => wave.setOptions(colours()));
wave.on("timeupdate", show);
wave.on("play", () => pressed(true));
wave.on("pause", () => pressed(false));
wave.on("finish", () => pressed(false));
wave.on("error", () => {
  player.querySelector("[data-now]").textContent = "The sound could not be loaded. Load the page again, or download it.";
  pressed(false);
});
document.addEventListener("themechange", () => wave.setOptions(colours()));

function pressed(playing) {
  button.toggleAttribute("data-playing", playing);
  button.setAttribute("aria-label", playing ? "Pause" : "Play");
}

button.addEventListener("click", () => wave.playPause());
document.querySelectorAll("[data-seek]").forEach((entry) =>
  entry.addEventListener("click", () => seek(Number(entry.dataset.seek))),
);
const JUMPS = {
  ArrowRight: () => wave.getCurrentTime() + STEP,
  ArrowLeft: () => wave.getCurrentTime() - STEP,
  Home: () => 0,
  End: () => length,
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inField = event.target.closest("input, select, textarea, summary");
  if (event.key === " " && !inField && !event.target.closest("button, a")) {
    event.preventDefault();
    wave.playPause();
  } else if (JUMPS[event.key] && !inField && (event.key.startsWith("Arrow") || event.target === stage)) {
    event.preventDefault();
    seek(JUMPS[event.key]());
  }
});
