// Bundles the page into dist: page.js, page.css, index.html and the licenses of what is bundled. The same input gives
// the same bytes, so that CI can prove the committed dist is up to date. `--watch` builds again at each change, `--out FOLDER` elsewhere than into dist.
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import esbuild from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const options = { watch: { type: "boolean" }, out: { type: "string", default: join(root, "dist") } };
const { watch: watching, out } = parseArgs({ options }).values;
const dist = resolve(out);

// packageOf names the npm package that an input of the bundle belongs to, or null for our own source.
function packageOf(input) {
  const at = input.lastIndexOf("node_modules/");
  if (at < 0) return null;
  const [first, second] = input.slice(at + "node_modules/".length).split("/");
  return input.slice(0, at) + "node_modules/" + (first.startsWith("@") ? `${first}/${second}` : first);
}

// licenses are the texts of all packages in the bundle. A package without a license text states its license by name.
async function licenses(metafile) {
  const folders = [...new Set(Object.keys(metafile.inputs).map(packageOf).filter(Boolean))].sort();
  const parts = [];
  for (const folder of folders) {
    const manifest = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
    const file = (await readdir(join(root, folder))).filter((n) => /^licen[cs]e/i.test(n)).sort()[0];
    const text = file ? await readFile(join(root, folder, file), "utf8") : `License: ${manifest.license}`;
    parts.push(`${manifest.name} ${manifest.version}\n\n${text.replaceAll("\r\n", "\n").trim()}\n`);
  }
  return "The page's script contains these packages.\n\n" + parts.join(`\n${"-".repeat(80)}\n\n`);
}

const rest = {
  name: "rest",
  setup(build) {
    build.onEnd(async (result) => {
      if (!result.metafile) return;
      await copyFile(join(root, "index.html"), join(dist, "index.html"));
      await writeFile(join(dist, "LICENSES.txt"), await licenses(result.metafile));
    });
  },
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const context = await esbuild.context({
  absWorkingDir: root,
  entryPoints: { page: "src/main.tsx" },
  outdir: dist,
  bundle: true,
  minify: true,
  sourcemap: false,
  charset: "utf8",
  format: "iife",
  target: ["es2022"],
  jsx: "automatic",
  legalComments: "none", // LICENSES.txt has them whole
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".svg": "dataurl", ".png": "dataurl" },
  metafile: true,
  logLevel: watching ? "info" : "warning",
  plugins: [rest],
});
if (watching) {
  await context.watch();
} else {
  await context.rebuild();
  await context.dispose();
}
