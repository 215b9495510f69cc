import { MissingSignal } from "../core/errors";
import { type Creditor, type Need, nameOf } from "../credit/method";
import { describeNeed, needKey, needWords, placeInFiles } from "../credit/needs";
import { resolveParams } from "../spec/params";
import { findEntry } from "../spec/resolveSpec";
import { type AnyProvider, gives, type Resource } from "./provider";

/** Parameters of providers by id. A provider that is named goes before all others, and before what the rollouts carry. */
export type SignalChoices = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What there is to work with. */
export interface Available {
	carries(need: Need): boolean;
	readonly resources: ReadonlySet<Resource>;
}

/** One step of a plan: a provider, what it is to give, and its parameters in full. */
export interface PlannedSignal {
	readonly provider: AnyProvider;
	readonly asked: Need;
	readonly params: Readonly<Record<string, unknown>>;
}

type Parameterised = Pick<Creditor, "id" | "params" | "needs" | "rewards">;

/**
 * The providers that give a method what it needs, in the order in which they have to run: depth first, each after what it
 * reads itself. Knows methods and providers by what they declare, never by name.
 * @throws MissingSignal one sentence: what is missing, and for each provider of it what it lacks and which setting would supply that; and
 * one without the names of providers (`plain`).
 */
export function planSignals(
	method: Parameterised,
	given: Readonly<Record<string, unknown>>,
	available: Available,
	providers: readonly AnyProvider[],
	choices: SignalChoices = {},
): PlannedSignal[] {
	const params = resolveParams(method.params, given, `method ${method.id}`);
	const planner = new Planner(available, providers, choices);
	for (const need of method.needs(params)) {
		const lack = planner.meet(need, []);
		if (!lack) continue;
		const message = `${nameOf(method)} needs ${describeNeed(need)}: ${lack.why}.`;
		throw new MissingSignal(needKey(need), message, missingWords(need, lack));
	}
	return planner.steps;
}

/** As `planSignals` for one need alone: the providers in order, none where it is carried; or that it is missing, in plain words. */
export function planNeed(
	need: Need,
	available: Available,
	providers: readonly AnyProvider[],
	choices: SignalChoices = {},
): { readonly steps: readonly PlannedSignal[]; readonly lack: string } {
	const planner = new Planner(available, providers, choices);
	const lack = planner.meet(need, []);
	return { steps: planner.steps, lack: lack ? missingWords(need, lack) : "" };
}

/** Checks the names and values of choices. @throws InvalidInput */
export function resolveChoices(choices: SignalChoices, providers: readonly AnyProvider[]): SignalChoices {
	return Object.fromEntries(
		Object.entries(choices).map(([id, params]) => {
			const provider = findEntry(providers, id, "signal provider");
			return [id, resolveParams(provider.params, params, `signal provider ${id}`)];
		}),
	);
}

/** Why a need is not met. */
interface Lack {
	/** By the names of providers, as the end of a sentence. */
	readonly why: string;
	/** What would meet it, each as the subject of a sentence. */
	readonly ways: readonly string[];
}

/** What is missing and what would provide it, for people who know no provider by name. */
function missingWords(need: Need, { ways }: Lack): string {
	const words = needWords(need) || needKey(need);
	// Signals of ones and zeros are described by what the ones stand for.
	const what = words.startsWith("1 ") ? `marks (${words})` : words;
	const different = [...new Set(ways)];
	const last = different.pop() ?? "";
	return `Missing: ${what}, which ${different.length > 0 ? `${different.join(", ")} or ` : ""}${last} would provide.`;
}

class Planner {
	readonly steps: PlannedSignal[] = [];
	private readonly choices: SignalChoices;

	constructor(
		private readonly available: Available,
		private readonly providers: readonly AnyProvider[],
		choices: SignalChoices,
	) {
		this.choices = resolveChoices(choices, providers);
	}

	/** Plans for a need; null when it is met, else why not. `trail` holds the providers that wait for it. */
	meet(need: Need, trail: readonly AnyProvider[]): Lack | null {
		if (this.steps.some(({ provider, asked }) => gives(provider, need) && sameNeed(asked, need))) return null;
		const able = this.providers.filter((provider) => gives(provider, need) && !trail.includes(provider));
		const named = able.filter(({ id }) => Object.hasOwn(this.choices, id));
		const lacks: Lack[] = [];
		for (const provider of named) {
			const lack = this.use(provider, need, trail);
			if (!lack) return null;
			lacks.push(lack);
		}
		if (this.available.carries(need)) return null;
		for (const provider of able) {
			if (named.includes(provider)) continue;
			const lack = this.use(provider, need, trail);
			if (!lack) return null;
			lacks.push(lack);
		}
		return this.lackOf(need, lacks);
	}

	/** Rollouts of a file may carry more than they do; those of a task carry what it gives. */
	private lackOf(need: Need, lacks: readonly Lack[]): Lack {
		const carried = `rollouts with ${placeInFiles(need)}`;
		if (lacks.length === 0) return { why: HAND[kindOf(need)], ways: [carried] };
		const ways = lacks.flatMap((lack) => lack.ways);
		return {
			why: lacks.map(({ why }) => why).join("; "),
			ways: this.available.resources.has("task") ? ways : [...ways, carried],
		};
	}

	private use(provider: AnyProvider, need: Need, trail: readonly AnyProvider[]): Lack | null {
		for (const resource of provider.reads)
			if (!this.available.resources.has(resource))
				return { why: `"${provider.id}" ${RESOURCES[resource]}`, ways: [WAYS[resource]] };
		const params = resolveParams(provider.params, this.choices[provider.id] ?? {}, `signal provider ${provider.id}`);
		const before = this.steps.length;
		for (const own of provider.needs(params, need)) {
			const lack = this.meet(own, [...trail, provider]);
			if (!lack) continue;
			this.steps.length = before;
			return { why: `"${provider.id}" needs ${describeNeed(own)}, but ${lack.why}`, ways: lack.ways };
		}
		this.steps.push({ provider, asked: need, params });
		return null;
	}
}

const RESOURCES: Readonly<Record<Resource, string>> = {
	task: "needs the task that the rollouts come from, which is known in training and in a run file",
	budgets: "needs a task whose prompts name a budget, as anytime with pay=budget",
	answers: "needs a task that can be answered early, as anytime",
	labels: "needs a task that labels right and wrong tokens",
	policy: "needs the policy that wrote the rollouts, which is at hand while it trains",
	continuations: "needs continuations of the rollouts, which are sampled while a run trains",
	reference: "needs a frozen reference policy, which a run keeps when its method or loss asks for one",
	critic: "needs a value head (set model.valueHead)",
	memory: "needs the batches that were trained on before, which are at hand while a run trains",
};

const WAYS: Readonly<Record<Resource, string>> = {
	task: "the task of the rollouts (known in training and in a run file)",
	budgets: "a task whose prompts name a budget (anytime with pay=budget)",
	answers: "a task that can be answered early (anytime)",
	labels: "a task that labels right and wrong tokens",
	policy: "the policy that wrote the rollouts (at hand in training and in recordings)",
	continuations: "fresh rollouts of the policy (sampled in training)",
	reference: "a frozen reference policy (kept in training if the method or the loss asks for one)",
	critic: "a policy with a value head (model.valueHead)",
	memory: "earlier batches (at hand in training)",
};

type Kind = "field" | "column" | "signal";
const kindOf = (need: Need): Kind => ("field" in need ? "field" : "stepField" in need ? "column" : "signal");
const HAND: Readonly<Record<Kind, string>> = {
	field: "nothing here computes it, so the rollouts must carry it",
	column: "nothing here computes it, so the rollouts must carry it in their spans",
	signal: "nothing here computes it, so the rollouts must carry it under signals",
};

function sameNeed(a: Need, b: Need): boolean {
	const at = (need: Need) => ("field" in need && need.field === "values" ? JSON.stringify(need.at ?? null) : "");
	return needKey(a) === needKey(b) && at(a) === at(b);
}
