import { findPreset, PRESETS } from "../../engine/spec/presets";
import type { Command } from "../command";

export const specCommand: Command = {
	name: "spec",
	summary: "Prints the experiment of a preset as JSON, to edit and to train; without a preset, lists them.",
	usage: "[preset]",
	operands: ["preset?"],
	options: [],
	run(args, io) {
		const id = args.optionalOperand(0);
		if (id === undefined) for (const preset of PRESETS) io.line(`${preset.id}  ${preset.title}. ${preset.summary}`);
		else io.line(JSON.stringify(findPreset(id).spec, null, 2));
	},
};
