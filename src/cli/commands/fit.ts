import { InvalidInput, WorkFailed } from "../../engine/core/errors";
import { readModelFile, writeModelFile } from "../../engine/formats/modelFile";
import { readWeightedSequences } from "../../engine/formats/weightedSequences";
import { parameterLayout } from "../../engine/model/config";
import { fingerprint } from "../../engine/model/fingerprint";
import type { OptimizerPlan } from "../../engine/training/executor";
import type { Args } from "../args";
import type { Command } from "../command";
import { MODEL_OPTIONS, openModelBackend } from "../modelBackend";

export const fitCommand: Command = {
	name: "fit",
	summary: "AdamW steps on −Σ mask·A·log p / Σ mask over a whole file of sequences; prints the loss before each step.",
	usage: "<model.safetensors> --data <data.jsonl> --steps N [--lr X] [--out FILE] [options]",
	operands: ["model.safetensors"],
	options: [
		{ name: "data", value: "FILE", help: "JSONL of tokens, mask, advantages and align (same or next)." },
		{ name: "steps", value: "N", help: "Optimiser steps, each over the whole file." },
		{ name: "lr", value: "X", help: "Learning rate, constant (0.001)." },
		{ name: "learning-rate", value: "X", help: "The same as --lr." },
		{ name: "betas", value: "B1,B2", help: "Decay of the two moments (0.9,0.95)." },
		{ name: "eps", value: "X", help: "Added to the root of the second moment (1e-8)." },
		{ name: "weight-decay", value: "X", help: "Decoupled decay of Linear and head matrices (0.1)." },
		{ name: "clip", value: "X", help: "Largest gradient norm; 0 for none (0)." },
		{ name: "out", value: "FILE", help: "Where the trained model goes, as safetensors." },
		...MODEL_OPTIONS,
	],
	async run(args, io) {
		const modelPath = args.operand(0);
		const dataPath = args.required("data");
		const steps = args.integer("steps", { min: 0 });
		if (steps === undefined) throw new InvalidInput("ascribe fit needs --steps N.");
		const optimizer = optimizerOf(args);
		const out = args.text("out");
		if (out !== undefined) io.writable(out);
		const model = readModelFile(io.readBytes(modelPath), modelPath, args.integer("heads", { min: 1 }));
		const data = readWeightedSequences(io.readText(dataPath), dataPath, model.config);
		const backend = await openModelBackend(args, model);
		try {
			for (let step = 1; step <= steps && !io.signal.aborted; step++) {
				const loss = await backend.step(data, optimizer);
				if (!Number.isFinite(loss))
					throw new WorkFailed("not-finite", `The loss is ${loss} at step ${step}; a smaller --lr may help.`);
				io.json({ step, loss });
				io.progress(`step ${step} of ${steps}`);
			}
			const trained = await backend.parameters();
			if (out !== undefined) io.write(out, writeModelFile(model.config, trained, model.metadata));
			io.note(`parameters ${fingerprint(trained, parameterLayout(model.config))}`);
		} finally {
			await backend.dispose();
		}
	},
};

function optimizerOf(args: Args): OptimizerPlan {
	if (args.text("lr") !== undefined && args.text("learning-rate") !== undefined)
		throw new InvalidInput("--lr and --learning-rate are the same; give one of them.");
	const [beta1, beta2] = betas(args.text("betas") ?? "0.9,0.95");
	return {
		learningRate: args.number("lr", { min: 0 }) ?? args.number("learning-rate", { min: 0 }) ?? 1e-3,
		beta1,
		beta2,
		eps: args.number("eps", { min: 0 }) ?? 1e-8,
		weightDecay: args.number("weight-decay", { min: 0 }) ?? 0.1,
		clipNorm: args.number("clip", { min: 0 }) ?? 0,
		warmupSteps: 0,
		decaySteps: 0,
		finalFraction: 1,
	};
}

function betas(text: string): [number, number] {
	const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
	if (parts.length !== 2 || parts.some((b) => !(b >= 0 && b < 1)))
		throw new InvalidInput(`--betas is "${text}"; it must be two numbers from 0 to below 1, as in 0.9,0.95.`);
	return parts as [number, number];
}
