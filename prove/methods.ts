import process from "node:process";
import { BACKENDS, type CliBackend, openExecutor } from "../src/cli/backends";
import { NODE_HOST } from "../src/cli/host";
import type { ExperimentSpec, Preset } from "../src/engine/spec/experiment";
import { PRESETS } from "../src/engine/spec/presets";
import { openSpec } from "../src/engine/spec/registries";
import type { RunEvent } from "../src/engine/training/events";
import { Run } from "../src/engine/training/run";

// Methods on their home tasks beside GRPO at equal generated tokens: GRPO runs until it has sampled as many tokens as the method did,
// those of continuations included. Everything but the credit is the same: task, model, warm start, loss, optimiser, seed. It tells how the
// two came out, whichever is ahead; that runs reach the goals of their presets is what `learning` holds them to.

/** Shares of the budget at which success is read. */
const SHARES = [0, 0.25, 0.5, 0.75, 1];
/** GRPO needs no more steps than this, however many tokens are left. */
const MOST_STEPS = 600;

interface Point {
	readonly tokens: number;
	readonly success: number;
}

interface Curve {
	readonly points: readonly Point[];
	/** Tokens sampled in training, those of continuations included. */
	readonly tokens: number;
	readonly steps: number;
	readonly seconds: number;
	readonly error: string;
}

/** Trains, at most until `budget` tokens are sampled. */
async function train(given: ExperimentSpec, budget: number, backend: CliBackend): Promise<Curve> {
	const { spec, task } = openSpec(given);
	const start = performance.now();
	const points: Point[] = [];
	const after = new Map<number, number>([[0, 0]]);
	let tokens = 0;
	let steps = 0;
	const onEvent = (event: RunEvent) => {
		if (event.type === "evaluation") points.push({ tokens: after.get(event.step) ?? tokens, success: event.success });
		if (event.type !== "step") return;
		const { metrics } = event;
		tokens += metrics.tokens + (metrics.extraTokens ?? 0);
		steps = metrics.step;
		after.set(metrics.step, tokens);
		if (tokens >= budget) run.cancel();
	};
	const createExecutor = (plan: Parameters<typeof openExecutor>[1]) => openExecutor(backend, plan);
	const run: Run = new Run({ spec, task, createExecutor, onEvent, host: NODE_HOST });
	const outcome = await run.execute();
	const error = outcome.reason === "failed" ? String(outcome.error) : "";
	return { points, tokens, steps, seconds: (performance.now() - start) / 1000, error };
}

/** The same experiment with GRPO in place of the method, and nothing that only the method needed. */
function withGrpo({ signals: _, ...spec }: ExperimentSpec): ExperimentSpec {
	const { branching: _b, segment: _s, rounds: _r, ...rollout } = spec.rollout;
	return {
		...spec,
		rollout,
		method: { id: "grpo", params: {} },
		model: { ...spec.model, valueHead: false },
		steps: MOST_STEPS,
	};
}

/** Success at the last evaluation within each share of the budget. */
function cells(name: string, seed: number, curve: Curve, budget: number): string {
	if (curve.error) return [name, seed, curve.error].join("\t");
	const at = SHARES.map((share) => {
		const seen = curve.points.filter(({ tokens }) => tokens <= share * budget + 1e-9);
		return seen.at(-1)?.success.toFixed(3) ?? "-";
	});
	const perStep = Math.round(curve.tokens / Math.max(1, curve.steps));
	return [
		name,
		seed,
		curve.steps,
		perStep,
		`${Math.round(curve.tokens / 1000)}k`,
		...at,
		`${curve.seconds.toFixed(0)} s`,
	].join("\t");
}

interface Job {
	readonly preset: Preset;
	readonly seed: number;
	readonly curve: Curve;
}

/** Runs the presets, then GRPO beside them: once for presets that differ in the method alone, to the largest budget among them. */
async function compare(presets: readonly Preset[], seeds: number, backend: CliBackend): Promise<boolean> {
	const jobs: Job[] = [];
	for (const preset of presets)
		for (let seed = 1; seed <= seeds; seed++) {
			const curve = await train({ ...preset.spec, seed }, Number.POSITIVE_INFINITY, backend);
			jobs.push({ preset, seed, curve });
			console.log(cells(preset.id, seed, curve, curve.tokens));
		}
	const baselines = new Map<string, Job[]>();
	for (const job of jobs) {
		const spec = JSON.stringify(withGrpo({ ...job.preset.spec, seed: job.seed }));
		baselines.set(spec, [...(baselines.get(spec) ?? []), job]);
	}
	const grpos: Curve[] = [];
	for (const [spec, beside] of baselines) {
		const grpo = await train(JSON.parse(spec), Math.max(...beside.map(({ curve }) => curve.tokens)), backend);
		grpos.push(grpo);
		for (const { preset, seed, curve } of beside)
			console.log(cells(`grpo beside ${preset.id}`, seed, grpo, curve.tokens));
	}
	return [...jobs.map(({ curve }) => curve), ...grpos].every(({ error, points }) => !error && points.length > 0);
}

/** `npm run prove -- methods [--backend wasm] [--seeds N] [preset …]`: exits 1 when a run fails. */
async function main(argv: string[]): Promise<number> {
	const option = (name: string, fallback: string) => {
		const at = argv.indexOf(`--${name}`);
		return at < 0 ? fallback : (argv.splice(at, 2)[1] ?? "");
	};
	const backend = BACKENDS.find((name) => name === option("backend", "wasm"));
	const seeds = Number(option("seeds", "3"));
	const presets = PRESETS.filter(
		({ id, spec }) =>
			id.startsWith(`${spec.method.id}@`) && (argv.length === 0 || argv.some((name) => id.startsWith(name))),
	);
	if (!backend || presets.length === 0 || !(seeds >= 1)) {
		console.error("Usage: npm run prove -- methods [--backend gpu|wasm|cpu] [--seeds N] [preset …]");
		return 2;
	}
	console.log(["run", "seed", "steps", "tokens/step", "tokens", ...SHARES.map((s) => `at ${s}`), "time"].join("\t"));
	return (await compare(presets, seeds, backend)) ? 0 : 1;
}

const status = await main(process.argv.slice(2));
process.stdout.write("", () => process.exit(status));
