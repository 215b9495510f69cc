import process from "node:process";
import { BACKENDS, type CliBackend, openExecutor } from "../src/cli/backends";
import { NODE_HOST } from "../src/cli/host";
import type { Preset } from "../src/engine/spec/experiment";
import { PRESETS } from "../src/engine/spec/presets";
import { openSpec } from "../src/engine/spec/registries";
import type { RunEvent } from "../src/engine/training/events";
import { Run } from "../src/engine/training/run";

const SEEDS = "1,2,3";
/** Minutes within which a run has to reach its goal on the GPU. */
const MINUTES = "5";

interface Row {
	readonly preset: string;
	readonly seed: number;
	readonly goal: number;
	/** Success on the evaluation prompts when the run ended. */
	readonly success: number;
	/** First training step at which an evaluation reached the goal; null if none did. */
	readonly reachedAt: number | null;
	readonly warmSteps: number;
	readonly seconds: number;
	readonly secondsToGoal: number;
	readonly adapter: string;
	readonly fingerprint: string;
	/** Success at every evaluation, the first after the warm start. */
	readonly curve: readonly number[];
	readonly error: string;
}

/** Trains a preset to its end and notes when it reached its goal. */
async function learn(preset: Preset, seed: number, backend: CliBackend): Promise<Row> {
	const { spec, task } = openSpec({ ...preset.spec, seed });
	const start = performance.now();
	const seconds = () => (performance.now() - start) / 1000;
	const row = {
		success: 0,
		reachedAt: null as number | null,
		secondsToGoal: Number.NaN,
		warmSteps: 0,
		adapter: "",
		fingerprint: "",
		curve: [] as number[],
	};
	const onEvent = (event: RunEvent) => {
		if (event.type === "ready") row.adapter = event.label.adapter;
		if (event.type === "warm") row.warmSteps = event.step;
		if (event.type === "fingerprint") row.fingerprint = event.fingerprint;
		if (event.type !== "evaluation") return;
		row.success = event.success;
		row.curve.push(event.success);
		if (row.reachedAt !== null || event.success < preset.goal) return;
		row.reachedAt = event.step;
		row.secondsToGoal = seconds();
	};
	const createExecutor = (plan: Parameters<typeof openExecutor>[1]) => openExecutor(backend, plan);
	const outcome = await new Run({ spec, task, createExecutor, onEvent, host: NODE_HOST }).execute();
	const error = outcome.reason === "failed" ? String(outcome.error) : "";
	return { preset: preset.id, seed, goal: preset.goal, seconds: seconds(), error, ...row };
}

const HEAD = [
	"preset",
	"seed",
	"goal",
	"end",
	"at step",
	"after s",
	"all s",
	"warm steps",
	"fingerprint",
	"curve",
	"missed",
];

function cells(row: Row, missed: string): string[] {
	if (row.error) return [row.preset, String(row.seed), row.error];
	const fixed = (x: number, digits: number) => (Number.isNaN(x) ? "-" : x.toFixed(digits));
	return [
		row.preset,
		String(row.seed),
		fixed(row.goal, 2),
		fixed(row.success, 3),
		String(row.reachedAt ?? "never"),
		fixed(row.secondsToGoal, 0),
		fixed(row.seconds, 0),
		String(row.warmSteps),
		row.fingerprint,
		row.curve.map((success) => fixed(success, 2)).join(" "),
		missed,
	];
}

const USAGE = "Usage: npm run prove -- learning [--backend gpu|wasm|cpu] [--seeds 1,2,3] [--minutes 5] [preset …]";

/** What a run missed of its claim, in a word; empty when nothing. */
function missedBy({ success, goal, reachedAt, secondsToGoal }: Row, minutes: number): string {
	if (!(success >= goal) || reachedAt === null) return "missed";
	return secondsToGoal <= 60 * minutes ? "" : "late";
}

/** The value of an option, taken out of the arguments. */
function option(argv: string[], name: string): string | undefined {
	const at = argv.indexOf(`--${name}`);
	return at < 0 ? undefined : argv.splice(at, 2)[1];
}

/**
 * `npm run prove -- learning [--backend gpu|wasm|cpu] [--seeds 1,2,3] [--minutes 5] [preset …]`: exits 1 unless every run ends at or above its
 * goal and, on the GPU or where minutes are given, reaches it within them.
 */
async function main(argv: string[]): Promise<number> {
	const wanted = option(argv, "backend") ?? "gpu";
	const seeds = (option(argv, "seeds") ?? SEEDS).split(",").map(Number);
	const backend = BACKENDS.find((name) => name === wanted);
	const limit = option(argv, "minutes") ?? (backend === "gpu" ? MINUTES : "Infinity");
	const minutes = Number(limit);
	const presets = PRESETS.filter(({ id }) => argv.length === 0 || argv.some((name) => id.startsWith(name)));
	if (!backend || presets.length === 0 || !seeds.every((seed) => seed >= 0) || !(minutes > 0)) {
		console.error(USAGE);
		return 2;
	}
	let missed = 0;
	let adapter = "";
	console.log(HEAD.join("\t"));
	for (const preset of presets)
		for (const seed of seeds) {
			const row = await learn(preset, seed, backend);
			const miss = missedBy(row, minutes);
			if (miss) missed++;
			adapter = row.adapter;
			console.log(cells(row, miss).join("\t"));
		}
	console.log(`adapter: ${adapter}`);
	console.log(missed === 0 ? "every run reached its goal in time" : `${missed} runs missed their goal or its time`);
	return missed === 0 ? 0 : 1;
}

const status = await main(process.argv.slice(2));
process.stdout.write("", () => process.exit(status));
