import { min, mul, type Node, next, orElse, reduceToRollouts, rolloutInput, select, sub, tokenSignal } from "../../ops";
import { defineWriter } from "../writer";

/** γΦ_{t+1} − Φ_t, and its sum over the rollout. Φ after the end is 0; where the limit cut, `bootstrap` if known. */
export function shapingOf(discount: number): { readonly rewards: Node<"token">; readonly sum: Node<"rollout"> } {
	const potential = tokenSignal("potential");
	const end = select(rolloutInput("truncated"), orElse(rolloutInput("bootstrap"), 0), 0);
	const first = reduceToRollouts(potential, "first");
	const some = min(rolloutInput("policyLength"), 1);
	const ends = sub(mul(mul(end, some), discount), first);
	const between = mul(sub(reduceToRollouts(potential, "sum"), first), 1 - discount);
	return {
		rewards: sub(mul(next(potential, end), discount), potential),
		sum: discount === 1 ? ends : sub(ends, between),
	};
}

/**
 * Potential-based shaping as a reward: every token is paid the progress that it makes on a map of promising prefixes.
 *
 * r'_t = r_t + γΦ_{t+1} − Φ_t, γ the method's discount.
 *
 * Reads the token signal `potential`, Φ of the prefix before each token. Φ after the end is 0; where the limit cut, `bootstrap` if known.
 *
 * **Not verified** against the paper's text; there is no released code.
 * **Edges** refused before a method whose discount below 1 counts spans, as `gigpo` and `maRlhf`: by span nothing cancels out, and a rollout
 * would earn γΦ_end − Φ_0 − (1 − γ)·ΣΦ_t more. Nor does it cancel out before `maRlhf` with the mean of a macro's rewards, as released, at
 * any γ. At γ = 1 a rollout earns −Φ_0 more, so methods that compare whole returns of one prompt, as GRPO, see no difference. A method that
 * reads values gets those of what the environment pays: with them shaping is a critic that says V + Φ (Wiewiora 2003).
 * **Source** Ng, Harada & Russell 1999, "Policy invariance under reward transformations", theorem 1,
 * https://people.eecs.berkeley.edu/~russell/papers/icml99-shaping.pdf.
 */
export const potentialShaping = defineWriter({
	id: "potentialShaping",
	title: "Potential-based shaping",
	summary: "Pays progress on a map of promising places, in the one way that cannot change what is best.",
	source: {
		cite: "Ng, Harada & Russell 1999, Policy Invariance Under Reward Transformations",
		url: "https://people.eecs.berkeley.edu/~russell/papers/icml99-shaping.pdf",
		verification: "not verified",
	},
	params: {},
	kind: "adds",
	cancelsByToken: true,
	gradients: [{ door: "equal", apples: "equal" }],
	needs: () => [{ signal: "potential", level: "token", meaning: "potential of the prefix before each token" }],
	write: (_, __, discount) => shapingOf(discount),
});
