import { expect, it } from "vitest";
import { defaultsOf, type ParamSpec } from "../../spec/params";
import type { AnyMethod } from "../method";
import type { Node, Normaliser } from "../ops";
import { METHODS } from "../registry";

type Values = Readonly<Record<string, unknown>>;

/** What a parameter may be besides its default. */
function others(spec: ParamSpec): readonly unknown[] {
	if (spec.type === "flag") return [!spec.default];
	if (spec.type === "choice") return spec.options.filter((option) => option !== spec.default);
	return [spec.default === spec.max ? spec.min : spec.max];
}

/** The parameter sets that differ from one in a single parameter. */
function besides({ params }: AnyMethod, given: Values): Values[] {
	return Object.entries(params).flatMap(([name, spec]) =>
		[spec.default, ...others(spec)].map((value) => ({ ...given, [name]: value })),
	);
}

/** Every node of a method's credit; none where the parameters are refused. */
function nodesOf(method: AnyMethod, params: Values): Set<Node> {
	const seen = new Set<Node>();
	const visit = (node: Node) => {
		if (seen.has(node)) return;
		seen.add(node);
		node.args.forEach(visit);
	};
	try {
		const { terms, scored } = method.estimate(params);
		for (const node of [...Object.values(terms), ...(scored ? [scored] : [])]) visit(node);
	} catch {
		seen.clear();
	}
	return seen;
}

const normalisersOf = (method: AnyMethod, params: Values): Normaliser[] =>
	[...nodesOf(method, params)].flatMap(({ kind }) => (kind.op === "normalise" ? [kind.options] : []));

type Option = "center" | "scale" | "eps" | "singleton";

/** Methods that are their centre: with another one they would be another of these. */
const CENTRED = ["drGrpo", "opo", "pure", "reinforcePlusPlusBaseline", "rloo"];

/** Options of a normaliser that matter: of what is not divided neither scale nor epsilon; one token of the whole batch is always 0. */
const optionsOf = ({ id }: AnyMethod, { within, center, scale }: Normaliser): readonly Option[] => [
	...(within === "group" && center !== "none" && !CENTRED.includes(id) ? (["center"] as const) : []),
	...(scale === "none" ? [] : (["eps", "scale"] as const)),
	...(within === "group" && !(center === "none" && scale === "none") ? (["singleton"] as const) : []),
];

const hiddenIn = (method: AnyMethod, params: Values): string[] =>
	normalisersOf(method, params).flatMap((own) =>
		optionsOf(method, own).filter(
			(name) =>
				!besides(method, params).some((changed) =>
					normalisersOf(method, changed).some(
						({ within, [name]: value }) => within === own.within && value !== own[name],
					),
				),
		),
	);

it.each(METHODS)(
	"$id: centre, scale, epsilon and what a group of one gets are parameters wherever something is normalised",
	(method) => {
		const defaults = defaultsOf(method.params);
		const sets = [defaults, ...Object.values(method.presets).map((given) => ({ ...defaults, ...given }))];
		const hidden = [...sets, ...besides(method, defaults)].flatMap((params) => hiddenIn(method, params));
		expect([...new Set(hidden)]).toEqual([]);
	},
);

it.each(METHODS)("$id: who compares with means or sums of the group says what a group of one gets", (method) => {
	const defaults = defaultsOf(method.params);
	const compares = [defaults, ...besides(method, defaults)].some((params) =>
		[...nodesOf(method, params)].some(
			({ kind }) =>
				kind.op === "groupStat" &&
				kind.scope.within === "group" &&
				["mean", "looMean", "looMax", "sd1", "sd0", "sum"].includes(kind.stat),
		),
	);
	if (compares) expect(Object.keys(method.params).filter((name) => /singleton/i.test(name))).not.toEqual([]);
});

it("finds an option that is hidden", () => {
	const { singleton: _, ...params } = METHODS.find(({ id }) => id === "hicra")!.params;
	const hicra = METHODS.find(({ id }) => id === "hicra")!;
	const hiding = { ...hicra, params, estimate: (p: Values) => hicra.estimate({ ...p, singleton: "zero" }) };
	expect(hiddenIn(hiding, defaultsOf(params))).toEqual(["singleton"]);
});

it.each(["tdLambda", "vTrace"])("%s values what follows a cut as asked, as GAE does", (id) => {
	const inputs = (bootstrap: boolean) => {
		const method = METHODS.find((candidate) => candidate.id === id)!;
		const nodes = [...nodesOf(method, { ...defaultsOf(method.params), bootstrap })];
		return nodes.some(({ kind }) => kind.op === "input" && kind.name === "bootstrap");
	};
	expect([inputs(true), inputs(false)]).toEqual([true, false]);
});
