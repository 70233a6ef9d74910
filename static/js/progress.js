// Says the stage aloud when it changes; htmx swaps the fragment every second and must not be read out each time.
const spoken = document.getElementById("stage-spoken");

document.addEventListener("htmx:afterSettle", () => {
  const stage = document.querySelector("[data-stage]")?.textContent.trim();
  if (stage && stage !== spoken.textContent.trim()) spoken.textContent = stage;
});
