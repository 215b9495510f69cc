import { InvalidInput } from "../../engine/core/errors";
import { STREAMS } from "../../engine/core/rng";
import { batchRecords } from "../../engine/formats/batchRecords";
import { readModelFile } from "../../engine/formats/modelFile";
import type { ModelConfig } from "../../engine/model/config";
import { toFloat32 } from "../../engine/model/parameters";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { parseSpecText } from "../../engine/spec/parseSpec";
import { openSpec } from "../../engine/spec/registries";
import { freshState } from "../../engine/training/checkpoint";
import { planOf } from "../../engine/training/plan";
import { promptPool } from "../../engine/training/prompts";
import { Requests } from "../../engine/training/requests";
import { readRunFile } from "../../engine/training/runFile";
import { checkSameModel } from "../../engine/training/sameModel";
import type { Args } from "../args";
import { BACKENDS, openExecutor } from "../backends";
import type { Command } from "../command";
import type { Io } from "../io";
import { openExperiment, shownName } from "../openExperiment";

export const rolloutCommand: Command = {
	name: "rollout",
	summary: "Samples rollouts from a trained policy, one JSON object a line.",
	usage: "<run file or checkpoint.safetensors> [options]",
	operands: ["policy"],
	options: [
		{ name: "prompts", value: "N", help: "different prompts (default: as in the experiment)" },
		{ name: "group", value: "G", help: "rollouts of each prompt (default: as in the experiment)" },
		{ name: "seed", value: "N", help: "seed of the samples (default: as in the experiment)" },
		{ name: "temperature", value: "X", help: "sampling temperature (default: as in the experiment)" },
		{
			name: "experiment",
			value: "NAME",
			help: "preset, file or link, for a checkpoint that does not name its experiment",
		},
		{ name: "backend", value: "gpu|wasm|cpu", help: "gpu (default), WebAssembly, or the float64 reference" },
	],
	async run(args, io) {
		const policy = openPolicy(args, io);
		const { spec, task } = openSpec(
			sampledSpec(policy.spec, args),
			shownName(args.text("experiment") ?? args.operand(0)),
		);
		const pool = promptPool(task, spec);
		const plan = planOf(spec, task, pool);
		checkSameModel(args.operand(0), policy.model, plan.model);
		const executor = await openExecutor(args.choice("backend", BACKENDS), plan, io.note);
		try {
			executor.upload(freshState(policy.parameters));
			executor.rollout({ ...new Requests(plan, pool).training(policy.step), stream: STREAMS.evaluation });
			const { batch } = await executor.readRollouts();
			for (const record of batchRecords(batch, { step: policy.step, vocabulary: task.vocab.tokens })) io.json(record);
		} finally {
			executor.dispose();
		}
	},
};

interface Policy {
	readonly spec: ExperimentSpec;
	readonly model: ModelConfig;
	readonly parameters: Float32Array;
	readonly step: number;
}

function openPolicy(args: Args, io: Io): Policy {
	const path = args.operand(0);
	const bytes = io.readBytes(path);
	const named = args.text("experiment");
	if (path.endsWith(".zip")) {
		const { spec, model, checkpoint } = readRunFile(bytes, path);
		if (!checkpoint) throw new InvalidInput(`${path} holds no checkpoint.`);
		const { step, state } = checkpoint;
		return { spec: named === undefined ? spec : openExperiment(named, io), model, parameters: state.parameters, step };
	}
	const { config, parameters, metadata } = readModelFile(bytes, path);
	const step = Number(metadata.ascribe_step ?? 0);
	return { spec: specOf(path, metadata, named, io), model: config, parameters: toFloat32(parameters), step };
}

function specOf(path: string, metadata: Readonly<Record<string, string>>, named: string | undefined, io: Io) {
	if (named !== undefined) return openExperiment(named, io);
	if (metadata.ascribe_spec === undefined)
		throw new InvalidInput(`${path} does not say what it was trained on; name it with --experiment.`);
	return parseSpecText(metadata.ascribe_spec, `${path}, ascribe_spec`);
}

function sampledSpec(spec: ExperimentSpec, args: Args): ExperimentSpec {
	const prompts = args.integer("prompts", { min: 1, max: 1024 }) ?? spec.rollout.prompts;
	const groupSize = args.integer("group", { min: 1, max: 256 }) ?? spec.rollout.groupSize;
	const temperature = args.number("temperature", { min: 0.05, max: 5 }) ?? spec.rollout.temperature;
	const seed = args.integer("seed", { min: 0, max: 2 ** 32 - 1 }) ?? spec.seed;
	return { ...spec, seed, minibatches: 1, rollout: { ...spec.rollout, prompts, groupSize, temperature } };
}
