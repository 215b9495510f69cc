import type { ModelConfig } from "../engine/model/config";
import { initParameters, toFloat32 } from "../engine/model/parameters";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { readRunFile } from "../engine/training/runFile";
import { checkSameModel } from "../engine/training/sameModel";
import type { Io } from "./io";
import { openExperiment } from "./openExperiment";

/** The weights of a run file, or the initial ones of an experiment. */
export function openWeights(
	path: string,
	io: Io,
): { spec: ExperimentSpec; parameters: (model: ModelConfig) => Float32Array } {
	if (path.endsWith(".zip")) {
		const { spec, model, checkpoint } = readRunFile(io.readBytes(path), path);
		if (checkpoint)
			return {
				spec,
				parameters(wanted) {
					checkSameModel(path, model, wanted);
					return checkpoint.state.parameters;
				},
			};
	}
	const spec = openExperiment(path, io);
	io.note(`ascribe: the policy has its initial parameters, seed ${spec.seed}; name a run file for a trained one.`);
	return { spec, parameters: (model) => toFloat32(initParameters(model, spec.seed)) };
}
