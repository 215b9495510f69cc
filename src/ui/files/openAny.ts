import type { NamedFile } from "../../workers/filesApi";
import { linkIn } from "../figures/carriedLink";
import { openLink } from "../openLink";
import { isRunBundle, openRun } from "../storage/openRun";
import { bringToFront } from "../stores/front";
import { layoutStore, setLayout } from "../stores/layout";
import { setOpened } from "../stores/run";
import { fileStore } from "./fileStore";
import { openFiles, sentenceOf } from "./openFiles";

/** Bytes; larger files are no figures. */
const LARGEST_FIGURE = 32 * 2 ** 20;

/**
 * Opens whatever a person brought: a figure of ours restores the view that it was made from, a run bundle its run; everything else is
 * taken for rollouts.
 */
export async function openAny(files: readonly NamedFile[]): Promise<void> {
	const only = files.length === 1 ? files[0] : undefined;
	const link = only ? linkIn(new Uint8Array(await only.file.slice(0, LARGEST_FIGURE).arrayBuffer())) : null;
	if (link !== null) return setOpened(openLink(link));
	if (only && (await isRunBundle(only))) return openBundle(only);
	showData();
	await openFiles(files);
}

async function openBundle(file: NamedFile): Promise<void> {
	try {
		await openRun(file);
		bringToFront("credit");
	} catch (error) {
		showData();
		fileStore.setState({ problem: sentenceOf(error) });
	}
}

/** The panel that says what the files hold; the debug layout, which is made for rollouts, has one of its own and stays. */
function showData(): void {
	if (layoutStore.getState().layout !== "debug") setLayout("inspect");
	bringToFront("data");
}
