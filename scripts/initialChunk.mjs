// What a built page loads before it can do anything: its script, what that imports statically, and preloads.
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { gzipSync } from "node:zlib";

/** Scripts of the first load with their gzipped sizes in bytes. */
export function initialFiles(dist) {
	const html = readFileSync(join(dist, "index.html"), "utf8");
	const named = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path]) => path);
	const seen = new Map();
	const visit = (name) => {
		if (seen.has(name)) return;
		const source = readFileSync(join(dist, name));
		seen.set(name, gzipSync(source, { level: 9 }).length);
		for (const [, path] of source
			.toString()
			.matchAll(/(?:^|[;}\s])(?:import|export)\b[^"'()]*?from\s*["'](\.[^"']+)["']/g))
			visit(posix.join(posix.dirname(name), path));
	};
	for (const name of named) visit(name);
	return [...seen].map(([name, gzip]) => ({ name, gzip }));
}
