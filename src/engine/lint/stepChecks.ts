import { plural } from "../core/plural";
import { type Check, type Group, type GroupMember, groupedBy } from "./check";

/** Fewest different rollouts in a step that is held against another: fewer are alike by chance. */
const FEWEST = 4;

/** A step that holds the rollouts of the step before once more: as many, with the same returns, lengths and credit in the same order. */
export const repeatedSteps: Check = {
	id: "repeatedSteps",
	title: "Steps that repeat the one before",
	why: "One batch of rollouts stands under several steps. TRL writes the completions at hand whenever it logs, and with num_iterations or steps_per_generation above one it trains on a batch, and logs it, more than once. Shares and curves over steps count such rollouts as if they had been sampled anew.",
	harm: "note",
	run({ groups }) {
		const steps = [...groupedBy(groups, (g) => g.step)]
			.flatMap(([step, own]) => (step === undefined ? [] : [{ step, members: inOrder(own) }]))
			.sort((a, b) => a.step - b.step);
		const again = steps.filter(({ members }, i) => i > 0 && isSame(members, steps[i - 1]!.members));
		const [first] = again;
		if (!first) return null;
		const before = steps[steps.indexOf(first) - 1]!.step;
		return {
			message: `${plural(again.length, "step")} of ${steps.length} hold the rollouts of the step before once more; the first is step ${first.step}, after step ${before}.`,
			share: again.length / steps.length,
			rows: again.flatMap(({ members }) => members.map(({ row }) => row)),
			worst: first.members[0]!.row,
		};
	},
};

const inOrder = (groups: readonly Group[]) => groups.flatMap((g) => g.members).sort((a, b) => a.row - b.row);

const factsOf = ({ facts: { reward, length, credit } }: GroupMember) => `${reward} ${length} ${credit}`;

function isSame(a: readonly GroupMember[], b: readonly GroupMember[]): boolean {
	if (a.length !== b.length || a.some((member, i) => factsOf(member) !== factsOf(b[i]!))) return false;
	return new Set(a.map(factsOf)).size >= FEWEST;
}
