import { messageOf } from "../../engine/core/errors";
import type { NamedFile } from "../../workers/filesApi";
import { linkIn } from "../figures/carriedLink";
import { openLink } from "../openLink";
import { isRunBundle, openRun } from "../storage/openRun";
import { bringToFront } from "../stores/front";
import { layoutStore, setLayout } from "../stores/layout";
import { setOpened } from "../stores/run";
import { fileStore } from "./fileStore";
import { openFiles } from "./openFiles";

/** Bytes; larger files are no figures. */
const LARGEST_FIGURE = 32 * 2 ** 20;

/** Number of what was brought last: what came before it, and was still being looked at, is left. */
let latest = 0;

/**
 * Opens whatever a person brought: a figure of ours restores the view that it was made from, a run bundle its run, several bundles their runs
 * one after the other, the last on screen and the others behind it; everything else is taken for rollouts. What comes with bundles is left
 * out, and said: a run and the rollouts of a file are not on screen at once. Of two that are brought one right after the other the second opens.
 * Never rejects: what cannot be read is said.
 */
export async function openAny(brought: readonly NamedFile[] | Promise<readonly NamedFile[]>): Promise<void> {
	const mine = ++latest;
	try {
		const files = await brought;
		const open = await openerOf(files);
		if (mine === latest) await open();
	} catch (error) {
		if (mine === latest) sayProblem(`What was brought cannot be read: ${messageOf(error)}`);
	}
}

/** Looks into what a person brought. @returns the way to open it. */
async function openerOf(files: readonly NamedFile[]): Promise<() => void | Promise<void>> {
	const only = files.length === 1 ? files[0] : undefined;
	const link = only ? linkIn(new Uint8Array(await only.file.slice(0, LARGEST_FIGURE).arrayBuffer())) : null;
	if (link !== null) return () => setOpened(openLink(link));
	const isBundle = await Promise.all(files.map(isRunBundle));
	const bundles = files.filter((_, i) => isBundle[i]);
	if (bundles.length > 0) return () => openBundles(bundles, files.length - bundles.length);
	return () => {
		showData();
		return openFiles(files);
	};
}

async function openBundles(bundles: readonly NamedFile[], leftOut: number): Promise<void> {
	try {
		for (const bundle of bundles) await openRun(bundle, leftOut);
		bringToFront("credit");
	} catch (error) {
		sayProblem(messageOf(error));
	}
}

function sayProblem(problem: string): void {
	showData();
	fileStore.setState({ problem });
}

/** The panel that says what the files hold; the debug layout, which is made for rollouts, has one of its own and stays. */
function showData(): void {
	if (layoutStore.getState().layout !== "debug") setLayout("inspect");
	bringToFront("data");
}
