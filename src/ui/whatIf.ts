import { messageOf } from "../engine/core/errors";
import type { TokenEdit } from "../engine/rollouts/editBatch";
import { askEdit } from "./lab";
import { runStore } from "./stores/run";
import { holdRollouts } from "./stores/selection";

/** Edits the rollouts on screen; every method then says what it makes of them. @returns a sentence for what went wrong, or "". */
export async function editToken(edit: TokenEdit): Promise<string> {
	const { latest } = runStore.getState();
	if (!latest) return "There are no rollouts to edit.";
	holdRollouts();
	try {
		const answer = await askEdit(latest, edit);
		if (answer && runStore.getState().latest === latest)
			runStore.setState({ latest: { ...latest, ...answer, editedFrom: latest.editedFrom ?? latest } });
		return "";
	} catch (error) {
		return messageOf(error);
	}
}

/** Puts the rollouts as they were sampled back on screen. */
export function dropEdits(): void {
	const original = runStore.getState().latest?.editedFrom;
	if (original) runStore.setState({ latest: original });
}
