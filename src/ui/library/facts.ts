import { gradientText } from "../../engine/credit/gradientText";
import { needWords } from "../../engine/credit/needs";
import { REWARD_WRITERS } from "../../engine/credit/rewards/registry";
import { resolveParams } from "../../engine/spec/params";
import type { Entry } from "../registries";
import type { Kind } from "../stores/rewardChain";
import { type MappedMethod, mappedMethods } from "./methodMap";

/** A line on a card, and what is told of it on asking. */
export interface Fact {
	readonly text: string;
	readonly help?: string;
}

/** What sets an entry apart among its kind, where it stands, what it reads, and what was measured of it. */
export interface Facts {
	readonly about: string;
	readonly lines: readonly Fact[];
}

/** The facts of a card, at the defaults of the entry's parameters. */
export function factsOf(kind: Kind, { id, about }: Entry): Facts {
	if (kind === "reward") return writerFacts(id);
	if (kind !== "method") return { about, lines: [] };
	const mapped = mappedMethods().find((method) => method.id === id);
	return { about: `Family: ${about}.`, lines: mapped ? methodLines(mapped) : [] };
}

const MEASURED = "Measured on a small key-door task: the mean policy gradient of this credit beside the exact one";

function methodLines(method: MappedMethod): Fact[] {
	const place = [
		`one number a ${method.unit}`,
		`from ${method.source}`,
		readsText(method.needs),
		method.extra === "none" ? "no extra cost" : `costs ${method.extra}`,
		method.offPolicy ? "off-policy" : "on-policy",
	];
	const gradients = `Mean gradient against the exact one: ${method.gradients.join(" · ")}`;
	return [{ text: place.join(" · ") }, { text: gradients, help: MEASURED }];
}

const ABOUT = {
	adds: "Stands before a method: what it pays is added to the rewards.",
	replaces: "Stands before a method: what it pays takes the place of the rewards.",
} as const;

function writerFacts(id: string): Facts {
	const writer = REWARD_WRITERS.find((known) => known.id === id);
	if (!writer) return { about: "", lines: [] };
	const needs = writer.needs(resolveParams(writer.params, {}, `reward writer ${id}`)).map(needWords);
	const gradients = `Mean gradient of REINFORCE behind it against the exact one: ${writer.gradients.map(gradientText).join(" · ")}`;
	const alone = `${MEASURED}. Without a writer it is equal.`;
	return {
		about: ABOUT[writer.kind],
		lines: [{ text: capital(readsText(needs)) }, { text: gradients, help: alone }],
	};
}

const readsText = (needs: readonly string[]) =>
	needs.length > 0 ? `reads ${needs.join(", ")}` : "reads nothing but what was paid";
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
