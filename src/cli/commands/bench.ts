import { Cancelled, InvalidInput } from "../../engine/core/errors";
import type { ExecutorLabel } from "../../engine/training/executor";
import { labelText } from "../../engine/training/reproduction";
import type { Args } from "../args";
import { openExecutor } from "../backends";
import type { Command } from "../command";
import { NODE_HOST } from "../host";
import type { Io } from "../io";
import { openExperiment } from "../openExperiment";
import { measureSpeed, type Speed } from "../speed";
import { experimentWorkload, freeWorkload, SIZES, type Size, type Workload } from "../workload";

const REPEATS = 20;

export const benchCommand: Command = {
	name: "bench",
	summary: "Times rollouts, training steps and credit on this machine, with the device named.",
	usage: "[spec.json, run file, link or preset] [options]",
	operands: ["experiment?"],
	options: [
		{
			name: "size",
			value: Object.keys(SIZES).join("|"),
			help: "in place of an experiment: GRPO on free rollouts of the benchmarks' sizes (default: small)",
		},
		{
			name: "backend",
			value: "gpu|wasm|cpu",
			help: "gpu (default; wasm without an adapter), WebAssembly, or the float64 reference",
		},
		{ name: "repeats", value: "N", help: `times that each part is timed, after one that is not (default: ${REPEATS})` },
		{ name: "json", help: "one JSON object a part" },
	],
	async run(args, io) {
		const repeats = args.integer("repeats", { min: 1, max: 100_000 }) ?? REPEATS;
		const backend = args.choice("backend", ["gpu", "wasm", "cpu"]);
		const workload = workloadOf(args, io);
		const executor = await openExecutor(backend, workload.plan, io.note);
		try {
			const speeds = await measureSpeed(executor, workload, repeats, NODE_HOST.now, async (part, done) => {
				io.progress(`${part}: ${done}/${repeats}`);
				await NODE_HOST.breathe();
				if (io.signal.aborted) throw new Cancelled();
			});
			io.progress("");
			const about = { ...sizesOf(workload), repeats };
			if (args.flag("json")) for (const speed of speeds) io.json({ ...speed, ...about, device: executor.label });
			else for (const line of table(speeds, about, executor.label)) io.line(line);
		} finally {
			executor.dispose();
		}
	},
};

/** @throws InvalidInput for an experiment and a size together. */
function workloadOf(args: Args, io: Io): Workload {
	const name = args.optionalOperand(0);
	const size = args.choice("size", Object.keys(SIZES) as Size[]);
	if (name === undefined) return freeWorkload(size ?? "small");
	if (size !== undefined)
		throw new InvalidInput(`--size ${size} is in place of an experiment; leave out one of it and "${name}".`);
	return experimentWorkload(name, openExperiment(name, io));
}

type About = ReturnType<typeof sizesOf> & { readonly repeats: number };

function sizesOf({ name, plan }: Workload) {
	const { layers, width, heads, vocabSize } = plan.model;
	return {
		workload: name,
		method: [...(plan.method.rewards ?? []), plan.method].map(({ id }) => id).join(" → "),
		layers,
		width,
		heads,
		vocabSize,
		rollouts: plan.prompts * plan.groupSize,
		maxTokens: plan.maxResponseLength,
	};
}

const COLUMNS: readonly (readonly [string, (speed: Speed) => string])[] = [
	["median ms", ({ medianMs }) => digits(medianMs)],
	["fastest tenth", ({ fastestTenthMs }) => digits(fastestTenthMs)],
	["tokens", ({ tokens }) => tokens.toFixed(0)],
	["tokens/s", ({ tokensPerSecond }) => tokensPerSecond.toFixed(0)],
];

function table(speeds: readonly Speed[], about: About, label: ExecutorLabel): string[] {
	const { workload, method, layers, width, heads, vocabSize, rollouts, maxTokens, repeats } = about;
	const model = `layers ${layers} · width ${width} · heads ${heads} · vocabulary ${vocabSize}`;
	return [
		`${workload}: ${method} · ${model} · rollouts ${rollouts} · tokens up to ${maxTokens}`,
		`${labelText(label)}${label.kind === "gpu" && label.software ? " · software adapter" : ""} · repeats ${repeats}`,
		rowOf(["", ...COLUMNS.map(([head]) => head)]),
		...speeds.map((speed) => rowOf([speed.part, ...COLUMNS.map(([, of]) => of(speed))])),
	];
}

/** Names to the left, numbers to the right. */
function rowOf([name = "", ...cells]: readonly string[]): string {
	return [name.padEnd(8), ...cells.map((cell) => cell.padStart(16))].join("");
}

/** Three digits, so that parts of very different length read alike. */
const digits = (ms: number) => ms.toFixed(Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(ms)))));
