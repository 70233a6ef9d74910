// The create form as knobs turn: which styles a genre has, what tempo and key suit it, what shape the piece takes.
// Everything here only hints; the server decides.
const form = document.querySelector("form.create");
const catalogue = JSON.parse(document.getElementById("catalogue").textContent);
const field = (name) => form.elements[name];
const shown = (name) => form.querySelector(`[data-shows="${name}"]`);

const printed = (key) => key.replace(/^([A-G])b/, "$1♭").replace(/^([A-G])#/, "$1♯");
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;

function chosen() {
  const genre = catalogue[field("genre").value];
  if (!genre) return {};
  const wanted = field("substyle").value || genre.moods[field("mood").value || genre.mood] || genre.default;
  const id = genre.styles[wanted] ? wanted : genre.default;
  return { genre, id, style: genre.styles[id] };
}

function offerStyles({ id }) {
  for (const group of field("substyle").querySelectorAll("optgroup")) {
    const foreign = group.dataset.genre !== field("genre").value;
    group.hidden = group.disabled = foreign;
    if (foreign && group.contains(field("substyle").selectedOptions[0])) field("substyle").value = "";
  }
  for (const chip of form.querySelectorAll("[data-styles]")) {
    const plays = chip.dataset.styles.split(" ").includes(`${field("genre").value}/${id}`);
    chip.hidden = Boolean(id) && !plays && !chip.querySelector("input").checked;
  }
}

function hintTempo({ style }) {
  const hint = document.getElementById("tempo-hint");
  if (!style) return;
  const [low, typical, high] = style.tempo;
  const asked = Number(field("tempo").value);
  const unusual = asked >= 40 && asked <= 240 && (asked < low * 0.92 || asked > high * 1.08);
  hint.classList.toggle("unusual", unusual);
  const range = `${style.name} likes ${low}–${high} BPM`;
  hint.textContent = unusual ? `${asked} BPM is unusual: ${range}` : `${range}, often ${typical}`;
}

function hintKey({ style }) {
  if (style) {
    document.getElementById("key-hint").textContent = `Often ${style.keys.slice(0, 3).map(printed).join(", ")}`;
  }
}

function hintLength() {
  const seconds = Number(field("duration").value);
  const hint = document.getElementById("duration-hint");
  hint.textContent = seconds >= 30 && seconds <= 600 ? `That is ${clock(seconds)}` : "30–600 seconds, that is 0:30–10:00";
  for (const chip of form.querySelectorAll("[data-seconds]")) {
    chip.setAttribute("aria-pressed", String(Number(chip.dataset.seconds) === seconds));
  }
}

function showShape({ id, style }) {
  const name = style ? `${field("genre").value}/${id}` : "";
  for (const shape of form.querySelectorAll("[data-shape]")) shape.hidden = shape.dataset.shape !== name;
  form.querySelector(".summary").hidden = !style;
  if (!style) return;
  const key = field("key").value;
  const tempo = field("tempo").value;
  shown("key").textContent = key ? printed(key) : "as the music wants";
  shown("tempo").textContent = tempo ? `${tempo} BPM` : `about ${style.tempo[1]} BPM`;
  shown("length").textContent = clock(Number(field("duration").value) || 60);
}

function refresh() {
  offerStyles(chosen());
  const choice = chosen();
  hintTempo(choice);
  hintKey(choice);
  hintLength();
  showShape(choice);
}

form.querySelector(".lengths").hidden = false;
form.querySelector(".lengths").addEventListener("click", (event) => {
  const chip = event.target.closest("[data-seconds]");
  if (!chip) return;
  field("duration").value = chip.dataset.seconds;
  refresh();
});
form.addEventListener("input", refresh);
form.addEventListener("submit", () => {
  form.querySelector("[type=submit]").disabled = true;
});
// Coming back to this page is a new wish, not the old one sent twice.
addEventListener("pageshow", () => {
  form.querySelector("[type=submit]").disabled = false;
  if (globalThis.crypto?.randomUUID) field("idempotency_key").value = crypto.randomUUID();
  refresh();
});
document.getElementById("problems")?.scrollIntoView({ block: "center" });
