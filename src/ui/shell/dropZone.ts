import type { NamedFile } from "../../workers/filesApi";
import { linkIn } from "../figures/carriedLink";
import { filesOfDrop } from "../files/droppedFiles";
import { openFiles } from "../files/openFiles";
import { openLink } from "../openLink";
import { bringToFront } from "../stores/front";
import { setLayout } from "../stores/layout";
import { setOpened } from "../stores/run";

/** Bytes; larger files are no figures. */
const LARGEST_FIGURE = 32 * 2 ** 20;

/** Files may be dropped anywhere on the page; while they are held over it, it says so. */
export function followDrops(): void {
	const root = document.documentElement;
	const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
	addEventListener("dragover", (event) => {
		if (!carriesFiles(event)) return;
		event.preventDefault();
		root.dataset.drop = "over";
	});
	addEventListener("dragleave", (event) => {
		if (event.relatedTarget === null) delete root.dataset.drop;
	});
	addEventListener("drop", (event) => {
		if (!carriesFiles(event) || !event.dataTransfer) return;
		event.preventDefault();
		delete root.dataset.drop;
		void filesOfDrop(event.dataTransfer).then(openDropped);
	});
}

/** A figure of ours restores the view that it was made from; everything else is taken for rollouts. */
async function openDropped(files: readonly NamedFile[]): Promise<void> {
	const [only, ...others] = files;
	const link =
		only && others.length === 0 ? linkIn(new Uint8Array(await only.file.slice(0, LARGEST_FIGURE).arrayBuffer())) : null;
	if (link !== null) return setOpened(openLink(link));
	setLayout("inspect");
	bringToFront("data");
	await openFiles(files);
}
