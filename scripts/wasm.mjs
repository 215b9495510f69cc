// Compiles src/wasm/assembly into one WebAssembly module, kept under node_modules/.cache by the hash of its sources.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "src", "wasm", "assembly");

/** No relaxed SIMD and no fast-math: the module computes the same bits everywhere. No garbage collector either: memory is laid out by the caller. */
const flags = [
	"--runtime",
	"stub",
	"--importMemory",
	"--enable",
	"simd",
	"--enable",
	"bulk-memory",
	"--noAssert",
	"-O3",
	"--converge",
	"--use",
	"abort=",
];

/** Variants of one source: with shared memory where threads are allowed, without it elsewhere. */
const variants = {
	single: [],
	shared: ["--enable", "threads", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
};

function sourceHash() {
	const hash = createHash("sha256")
		.update(readFileSync(join(root, "package-lock.json")))
		.update(flags.join(" "));
	for (const name of readdirSync(sources).sort()) hash.update(`\0${name}\0`).update(readFileSync(join(sources, name)));
	return hash.digest("hex").slice(0, 16);
}

/** Compilations under way, so that nobody in this process starts one twice. */
const running = new Map();

/** Path of the compiled module; compiles when a source changed. @throws the compiler's messages. */
export function compileWasm(variant = "single") {
	const home = join(root, "node_modules", ".cache", "ascribe");
	const path = join(home, `${variant}-${sourceHash()}.wasm`);
	if (!running.has(path)) {
		const work = existsSync(path) ? Promise.resolve() : compile(variant, home, path);
		running.set(
			path,
			work.finally(() => running.delete(path)),
		);
	}
	return running.get(path).then(() => path);
}

/** Compiles aside and moves into place, so that processes at the same time never read half a module. */
async function compile(variant, home, path) {
	mkdirSync(home, { recursive: true });
	const aside = join(home, `building-${process.pid}-${variant}.wasm`);
	const { main } = await import("assemblyscript/asc");
	const { error, stderr } = await main([
		"src/wasm/assembly/index.ts",
		"--baseDir",
		root,
		"--outFile",
		aside.slice(root.length + 1),
		...flags,
		...variants[variant],
	]);
	if (error) throw new Error(`AssemblyScript: ${error.message}\n${stderr.toString()}`);
	renameSync(aside, path);
	for (const old of readdirSync(home))
		if (old.startsWith(`${variant}-`) && join(home, old) !== path) rmSync(join(home, old), { force: true });
}

/** Paths of the sources, for whoever watches them. */
export function wasmSources() {
	return readdirSync(sources).map((name) => join(sources, name));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	for (const variant of Object.keys(variants)) {
		const bytes = readFileSync(await compileWasm(variant));
		console.log(`${variant}: ${bytes.length} bytes, ${gzipSync(bytes).length} gzip`);
	}
