import { InvalidInput } from "../../engine/core/errors";
import { readModelFile, writeModelFile } from "../../engine/formats/modelFile";
import { readTokenArrays, readWeightedSequences } from "../../engine/formats/weightedSequences";
import type { ModelConfig } from "../../engine/model/config";
import { tokenDistribution } from "../../engine/model/tokenLogProbs";
import type { Command } from "../command";
import { MODEL_OPTIONS, openModelBackend } from "../modelBackend";

export const forwardCommand: Command = {
	name: "forward",
	summary:
		"Logits, log-probabilities, entropy and attention of a checkpoint, or gradients of the weighted log-probability loss.",
	usage: "<model.safetensors> --tokens <tokens.json> [--attention] | --grad <data.jsonl> --out <gradients.safetensors>",
	operands: ["model.safetensors"],
	options: [
		{ name: "tokens", value: "FILE", help: "JSON array of arrays of token ids; prints one object a sequence." },
		{ name: "attention", help: "Adds attention weights [layer][head][query][key]." },
		{
			name: "grad",
			value: "FILE",
			help: "JSONL of tokens, mask, advantages, align; prints the loss −Σ mask·A·log p / Σ mask.",
		},
		{ name: "out", value: "FILE", help: "Where the gradients go, under the names of the parameters." },
		...MODEL_OPTIONS,
	],
	async run(args, io) {
		const [tokensPath, gradPath, outPath] = [args.text("tokens"), args.text("grad"), args.text("out")];
		if (tokensPath === undefined && gradPath === undefined)
			throw new InvalidInput("ascribe forward needs --tokens FILE or --grad FILE.");
		if ((gradPath === undefined) !== (outPath === undefined))
			throw new InvalidInput("--grad FILE and --out FILE belong together: the gradients are written to the latter.");
		if (outPath !== undefined) io.writable(outPath);
		const modelPath = args.operand(0);
		const model = readModelFile(io.readBytes(modelPath), modelPath, args.integer("heads", { min: 1 }));
		const sequences =
			tokensPath === undefined ? [] : readTokenArrays(io.readText(tokensPath), tokensPath, model.config);
		const data = gradPath === undefined ? null : readWeightedSequences(io.readText(gradPath), gradPath, model.config);
		const backend = await openModelBackend(args, model);
		try {
			for (const tokens of sequences) {
				const { logits, attention } = await backend.run(tokens, args.flag("attention"));
				io.json(report(model.config, tokens, logits, args.flag("attention") ? attention : null));
			}
			if (data === null || outPath === undefined) return;
			const { loss, gradients } = await backend.gradient(data);
			io.write(outPath, writeModelFile(model.config, gradients));
			io.json({ loss });
		} finally {
			await backend.dispose();
		}
	},
};

function report(
	{ vocabSize: V, heads: H }: ModelConfig,
	tokens: Int32Array,
	logits: ArrayLike<number>,
	attention: readonly ArrayLike<number>[] | null,
) {
	const T = tokens.length;
	const { logProbs, entropy } = tokenDistribution(logits, V, tokens);
	return {
		logits: nested(logits, [T, V]),
		logprobs: logProbs,
		entropy,
		...(attention && { attention: attention.map((weights) => nested(weights, [H, T, T])) }),
	};
}

/** Row-major numbers as nested arrays of a shape. */
function nested(data: ArrayLike<number>, shape: readonly number[], at = 0): unknown[] {
	const [n = 0, ...rest] = shape;
	const size = rest.reduce((a, b) => a * b, 1);
	return Array.from({ length: n }, (_, i) => (rest.length === 0 ? data[at + i] : nested(data, rest, at + i * size)));
}
