import { messageOf } from "../engine/core/errors";
import type { TokenEdit } from "../engine/rollouts/editBatch";
import { askEdit } from "./lab";
import { type Latest, runStore } from "./stores/run";
import { holdRollouts } from "./stores/selection";

/** Resolves when the edit that was made last is on screen: the next one is made on top of it. */
let made: Promise<unknown> = Promise.resolve();

/** Edits the rollouts on screen; every method then says what it makes of them. @returns a sentence for what went wrong, or "". */
export async function editToken(edit: TokenEdit): Promise<string> {
	const { latest } = runStore.getState();
	if (!latest) return "There are no rollouts to edit.";
	holdRollouts();
	const sampled = sampledOf(latest);
	const making = made.then(() => make(edit, sampled));
	made = making;
	return making;
}

async function make(edit: TokenEdit, sampled: Latest): Promise<string> {
	const { latest } = runStore.getState();
	// Its token is of rollouts that left the screen while another edit was made.
	if (!latest || sampledOf(latest) !== sampled) return "";
	try {
		const answer = await askEdit(latest, edit);
		if (answer && runStore.getState().latest === latest)
			runStore.setState({ latest: { ...latest, ...answer, editedFrom: sampled } });
		return "";
	} catch (error) {
		return messageOf(error);
	}
}

/** The rollouts as they were sampled. */
const sampledOf = (latest: Latest): Latest => latest.editedFrom ?? latest;

/** Puts the rollouts as they were sampled back on screen. */
export function dropEdits(): void {
	const original = runStore.getState().latest?.editedFrom;
	if (original) runStore.setState({ latest: original });
}
