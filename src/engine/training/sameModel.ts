import { InvalidInput } from "../core/errors";
import { type ModelConfig, parameterLayout } from "../model/config";
import { openSpec } from "../spec/registries";
import { modelOf } from "./plan";
import type { RunFile } from "./runFile";

/** @throws InvalidInput when the checkpoint of a run file is of another model than its experiment asks for, and as `openSpec`. */
export function checkRunModel({ spec: given, model }: RunFile, where: string): void {
	const { spec, task } = openSpec(given, where);
	checkSameModel(where, model, modelOf(spec, task));
}

/** @throws InvalidInput when a checkpoint and an experiment do not describe the same model. */
export function checkSameModel(where: string, found: ModelConfig, wanted: ModelConfig): void {
	const sizes = (config: ModelConfig) => JSON.stringify(parameterLayout(config).tensors.map((t) => [t.name, t.shape]));
	if (sizes(found) !== sizes(wanted) || found.heads !== wanted.heads)
		throw new InvalidInput(
			`${where} holds another model than its experiment's: it has ${inWords(found)}, the experiment asks for ${inWords(wanted)}.`,
		);
}

const inWords = (c: ModelConfig) =>
	`${c.layers} layers, width ${c.width}, ${c.heads} heads, ${c.vocabSize} tokens, context ${c.contextLength}`;
