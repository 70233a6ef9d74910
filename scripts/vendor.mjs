// Copies what the pages need from node_modules to static/vendor (not committed): run `npm run vendor`.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const vendor = join(root, "static", "vendor");

const FILES = {
  "wavesurfer.esm.js": "wavesurfer.js/dist/wavesurfer.esm.js",
  "wavesurfer.LICENSE.txt": "wavesurfer.js/LICENSE",
  "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
  "inter.LICENSE.txt": "@fontsource-variable/inter/LICENSE",
  "lucide.LICENSE.txt": "lucide-static/LICENSE",
};

// Every icon that a template or module names; the sprite holds no other.
const ICONS = [
  "check", "circle-alert", "circle-check", "circle-x", "copy", "download", "info", "key-round", "library", "list-music",
  "log-out", "moon", "music-2", "pause", "play", "plus", "refresh-cw", "rotate-ccw", "sun", "trash-2",
  "triangle-alert", "user-round", "x",
];

async function symbol(name) {
  const svg = await readFile(join(modules, "lucide-static", "icons", `${name}.svg`), "utf8");
  const shapes = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s+/g, " ").trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
for (const [name, source] of Object.entries(FILES)) {
  await copyFile(join(modules, source), join(vendor, name));
}
const symbols = await Promise.all(ICONS.map(symbol));
await writeFile(join(vendor, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
console.log(`static/vendor: ${Object.keys(FILES).length} files and ${ICONS.length} icons`);
