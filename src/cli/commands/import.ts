import { plural } from "../../engine/core/plural";
import { withGroups } from "../../engine/formats/groups";
import { reportCard } from "../../engine/formats/importers/reportCard";
import { openTokenizer } from "../../engine/formats/tokenizer";
import { rolloutFile } from "../../engine/formats/writers/registry";
import { creditLint } from "../../engine/lint/creditLint";
import { twinText } from "../../engine/twin/shapeText";
import { toyTwin } from "../../engine/twin/toyTwin";
import type { Command } from "../command";
import { loadRollouts } from "../loadRollouts";

export const importCommand: Command = {
	name: "import",
	summary:
		"Recognises a rollout dump of another trainer, converts it, and says what is wrong with its credit and which preset is most like it.",
	usage: "<file> [--lint] [--out FILE] [--tokenizer FILE] [--keep-going]",
	operands: ["file"],
	options: [
		{ name: "lint", help: "print what is wrong with the credit, one finding a line, worst first" },
		{ name: "out", value: "FILE", help: "write the rollouts there: *.jsonl, *.parquet or *.csv" },
		{
			name: "tokenizer",
			value: "FILE",
			help: "tokenizer.json of the model; cuts text without token ids, which is cut into words otherwise",
		},
		{ name: "keep-going", help: "leave rows out that cannot be read, instead of stopping at the first" },
	],
	async run(args, io) {
		const path = args.operand(0);
		const out = args.text("out");
		const write = out === undefined ? null : rolloutFile(out);
		if (out !== undefined) io.writable(out);
		const json = args.text("tokenizer");
		const tokenizer = json === undefined ? undefined : await openTokenizer(io.readText(json), json);
		const { importers, lines } = await loadRollouts(io, path, args.flag("keep-going"), tokenizer);
		const records = lines.map(({ record }) => record);
		const grouped = withGroups(records);
		const card = {
			format: importers.map(({ id }) => id).join(", "),
			title: importers.map(({ title }) => title).join(", "),
			...reportCard(records),
		};
		const twin = toyTwin(card.shape);
		if (write) io.write(out!, await write(grouped));
		if (args.flag("lint")) {
			for (const finding of creditLint(records, (row) => lines[row]!.file)) io.json(finding);
		} else if (write) io.json({ ...card, twin: { preset: twin.preset, distance: twin.distance, terms: twin.terms } });
		else for (const record of grouped) io.json(record);
		io.note(`ascribe: ${summary(card)}`);
		io.note(
			`ascribe: Toy twin: ${twinText(twin)} Open ?preset=${twin.preset} in the page, or ascribe spec ${twin.preset}.`,
		);
	},
};

interface Card extends ReturnType<typeof reportCard> {
	readonly title: string;
}

function summary({ title, rollouts, steps, groups, missing }: Card): string {
	const lacks = missing.length > 0 ? `; without ${missing.join(", ")}` : "";
	return `${title}: ${plural(rollouts, "rollout")}, ${plural(groups, "group")}, ${plural(steps, "step")}${lacks}.`;
}
