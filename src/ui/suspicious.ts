import { type Latest, type Run, runStore } from "./stores/run";
import { chooseGroup, pinToken, selectionStore } from "./stores/selection";

/** A token at which a rollout lost what it could have earned. */
export interface Drop {
	readonly rollout: number;
	readonly group: number;
	readonly token: number;
	/** Exact advantage where it is known, else the credit of the method that trained; negative. */
	readonly loss: number;
	readonly exact: boolean;
}

/** Long lists help nobody, and a batch may hold half a million tokens. */
const MOST = 200;

/**
 * The tokens of a batch that lost most, one a rollout, the worst first: by exact advantage in groups where it is known, by the
 * training method's credit where no group's is.
 */
export const dropsOf = (latest: Latest, exact: Run["exact"]): Drop[] => allDrops(latest, exact).slice(0, MOST);

function allDrops(latest: Latest, exact: Run["exact"]): Drop[] {
	const truths = truthsOf(latest, exact);
	const { batch, credit } = latest;
	const drops: Drop[] = [];
	for (let rollout = 0; rollout < batch.B; rollout++) {
		const known = truths.get(rollout);
		if (!known && truths.size > 0) continue;
		const from = rollout * batch.T;
		let token = -1;
		let loss = 0;
		for (let t = 0; t < (batch.lengths[rollout] as number); t++) {
			const value = batch.actionMask[from + t] === 1 ? (known?.[t] ?? (credit.advantage[from + t] as number)) : 0;
			if (value < loss) [token, loss] = [t, value];
		}
		if (token >= 0)
			drops.push({ rollout, group: batch.groupIds[rollout] as number, token, loss, exact: known !== undefined });
	}
	return drops.sort((a, b) => a.loss - b.loss);
}

/** Exact advantages by rollout, of the groups that are known. */
function truthsOf(latest: Latest, exact: Run["exact"]): Map<number, Float64Array> {
	const truths = new Map<number, Float64Array>();
	if (exact?.of !== latest) return truths;
	const members = new Map<number, number>();
	for (const [b, group] of latest.batch.groupIds.entries()) {
		const answer = exact.groups.get(group);
		const at = members.get(group) ?? 0;
		members.set(group, at + 1);
		const truth = answer?.ok ? answer.truths[at] : undefined;
		if (truth) truths.set(b, truth.advantage);
	}
	return truths;
}

/** Pins the worst token, or the next worst after the one that is pinned. */
export function nextSuspicious(): void {
	const { latest, exact } = runStore.getState();
	if (!latest) return;
	const { pinned } = selectionStore.getState();
	const drops = dropsOf(latest, exact);
	const at = drops.findIndex((d) => d.rollout === pinned?.rollout && d.token === pinned.token);
	const drop = drops[(at + 1) % drops.length];
	if (!drop) return;
	chooseGroup(drop.group);
	pinToken(drop.rollout, drop.token);
}

/** Pins the token of the group on screen that lost most, or its first one if none lost anything, unless one is pinned already. */
export function pinSomething(): void {
	const { latest, exact } = runStore.getState();
	const { pinned, group } = selectionStore.getState();
	if (!latest || pinned) return;
	const { groupIds } = latest.batch;
	const shown = group !== null && groupIds.includes(group) ? group : (groupIds[0] as number);
	const drop = allDrops(latest, exact).find((d) => d.group === shown);
	pinToken(drop?.rollout ?? groupIds.indexOf(shown), drop?.token ?? 0);
}
