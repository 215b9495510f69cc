// Gives the page the docstrings of registered methods, reward writers, tasks and losses as `virtual:docstrings`: kind and id → text. The library shows them,
// so that what it says is what stands beside the code.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const NAME = "virtual:docstrings";
/** By kind: a method and a loss may share an id. */
const FOLDERS = {
	method: "src/engine/credit/methods",
	reward: "src/engine/credit/rewards/writers",
	task: "src/engine/tasks",
	loss: "src/engine/losses/kinds",
};
/** A docstring that stands before an exported constant. */
const DOCSTRING = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+)/g;

export function docstrings() {
	const root = fileURLToPath(new URL("..", import.meta.url));
	return {
		name: "docstrings",
		resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
		load(id) {
			if (id !== `\0${NAME}`) return null;
			return `export default ${JSON.stringify(collect(root, (path) => this.addWatchFile(path)))};`;
		},
	};
}

function collect(root, watch) {
	const files = Object.entries(FOLDERS).flatMap(([kind, folder]) =>
		readdirSync(join(root, folder)).map((name) => ({ kind, path: join(root, folder, name) })),
	);
	const sources = files.filter(({ path }) => path.endsWith(".ts") && !path.endsWith(".test.ts"));
	return Object.fromEntries(
		sources.flatMap(({ kind, path }) => {
			watch(path);
			const found = [...readFileSync(path, "utf8").matchAll(DOCSTRING)];
			return found.map(([, text, id]) => [`${kind} ${id}`, unstarred(text)]);
		}),
	);
}

const unstarred = (text) => text.replaceAll(/^[ \t]*\* ?/gm, "").trim();
