import { Cancelled, InvalidInput } from "../../engine/core/errors";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { openSpec } from "../../engine/spec/registries";
import { isSameSpec } from "../../engine/spec/sameSpec";
import type { RunEvent } from "../../engine/training/events";
import { promptPool } from "../../engine/training/prompts";
import { Recorder } from "../../engine/training/recorder";
import { labelText } from "../../engine/training/reproduction";
import { Requests } from "../../engine/training/requests";
import { Run } from "../../engine/training/run";
import { type RunFile, readRunFile, writeRunFile } from "../../engine/training/runFile";
import { checkRunModel } from "../../engine/training/sameModel";
import type { Args } from "../args";
import { BACKENDS, openExecutor } from "../backends";
import type { Command } from "../command";
import { NODE_HOST } from "../host";
import type { Io } from "../io";
import { isLink, openEarlier, shownName } from "../openExperiment";
import { tellProfile } from "../profile";
import { ProgressLine } from "../progress";
import { Comparison } from "../verdict";

const FILE = "run.ascribe.zip";

export const trainCommand: Command = {
	name: "train",
	summary: 'Trains an experiment and prints {"step","fingerprint"} lines; with --out, writes a run file.',
	usage: "<spec.json, run file, link or preset> [options]",
	operands: ["experiment"],
	options: [
		{ name: "steps", value: "N", help: "training steps, in place of the experiment's" },
		{ name: "seed", value: "N", help: "seed, in place of the experiment's" },
		{
			name: "backend",
			value: "gpu|wasm|exact|cpu|auto",
			help: "gpu (default; wasm without an adapter), WebAssembly, float64 reference, or the faster of the first two",
		},
		{
			name: "resume",
			value: "FILE",
			optional: true,
			help: `goes on from the checkpoint of a run file; without FILE, of ${FILE} in the folder of --out`,
		},
		{ name: "out", value: "DIR", help: `writes ${FILE} there` },
		{ name: "profile", help: "first tells what each kernel of a training step takes, on the GPU" },
	],
	async run(args, io) {
		const name = args.operand(0);
		const earlier = openEarlier(name, io);
		const { spec, task } = openSpec(withOptions(earlier.spec, args), shownName(name));
		const backend = args.choice("backend", BACKENDS);
		const out = args.text("out");
		const resumed = readResumed(args, spec, io);
		if (out !== undefined) io.writable(`${out}/${FILE}`);
		const recorder = new Recorder(resumed);
		const compare = new Comparison(earlier, spec, isLink(name) ? "the run in the link" : `the run in ${name}`);
		const show = terminalEvents(io);
		const run = new Run({
			spec,
			task,
			async createExecutor(plan) {
				const executor = await openExecutor(backend, plan, io.note);
				if (args.flag("profile"))
					await tellProfile(executor, plan, new Requests(plan, promptPool(task, spec)).training(1), io.note);
				return executor;
			},
			onEvent(event) {
				recorder.add(event);
				compare.add(event);
				show(event);
			},
			host: NODE_HOST,
			...(resumed?.checkpoint ? { from: resumed.checkpoint } : {}),
		});
		io.signal.addEventListener("abort", () => run.cancel());
		const outcome = await run.execute();
		io.progress("");
		if (out !== undefined)
			save(`${out}/${FILE}`, recorder.runFile(spec, run.model, task.vocab.tokens, outcome.checkpoint), io);
		const verdict = compare.verdict();
		if (verdict !== null) io.note(`ascribe: ${verdict}`);
		if (outcome.reason === "failed") throw outcome.error;
		if (outcome.reason === "cancelled") throw new Cancelled();
	},
};

function withOptions(spec: ExperimentSpec, args: Args): ExperimentSpec {
	const steps = args.integer("steps", { min: 1, max: 100_000 }) ?? spec.steps;
	return { ...spec, steps, seed: args.integer("seed", { min: 0, max: 2 ** 32 - 1 }) ?? spec.seed };
}

function resumedPath(args: Args): string | undefined {
	const path = args.text("resume");
	if (path !== "") return path;
	const out = args.text("out");
	if (out === undefined) throw new InvalidInput(`--resume without a file goes on from ${FILE} of --out DIR; name one.`);
	return `${out}/${FILE}`;
}

/** The run file to go on from; it must be of the same experiment, number of steps aside. */
function readResumed(args: Args, spec: ExperimentSpec, io: Io): RunFile | null {
	const path = resumedPath(args);
	if (path === undefined) return null;
	const file = readRunFile(io.readBytes(path), path);
	checkRunModel(file, path);
	if (!isSameSpec({ ...file.spec, steps: spec.steps }, spec))
		throw new InvalidInput(
			`${path} is of another experiment; go on with its own: ascribe train ${path} --resume ${path}.`,
		);
	if (file.checkpoint && file.checkpoint.step >= spec.steps)
		throw new InvalidInput(`${path} is at step ${file.checkpoint.step} already; ask for more with --steps.`);
	return file;
}

function terminalEvents(io: Io): (event: RunEvent) => void {
	const progress = new ProgressLine();
	return (event) => {
		if (event.type === "ready") io.note(`ascribe: executor ${labelText(event.label)}`);
		if (event.type === "ready" && event.note) io.note(`ascribe: ${event.note}`);
		if (event.type === "fingerprint") io.json({ step: event.step, fingerprint: event.fingerprint });
		const line = progress.after(event);
		if (line !== null) io.progress(line);
	};
}

function save(path: string, file: RunFile, io: Io): void {
	io.write(path, writeRunFile(file));
	io.note(`ascribe: wrote ${path}`);
}
