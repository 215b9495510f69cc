import { ROLLOUT_SCHEMA } from "../../engine/formats/rolloutSchema";
import { linkSchema } from "../../engine/spec/linkSchema";
import { REGISTRIES } from "../../engine/spec/registries";
import { findEntry } from "../../engine/spec/resolveSpec";
import { specSchema } from "../../engine/spec/specSchema";
import type { Command } from "../command";

const SCHEMAS = [
	{ id: "spec", of: () => specSchema(REGISTRIES) },
	{ id: "link", of: linkSchema },
	{ id: "rollout", of: () => ROLLOUT_SCHEMA },
];

export const schemaCommand: Command = {
	name: "schema",
	summary: "Prints the JSON Schema of an experiment, of the payload of a link, or of one line of a rollouts file.",
	usage: "<spec|link|rollout>",
	operands: ["kind"],
	options: [],
	run(args, io) {
		io.line(JSON.stringify(findEntry(SCHEMAS, args.operand(0), "schema").of(), null, "\t"));
	},
};
