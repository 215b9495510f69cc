import { filesOfDrop } from "../files/droppedFiles";
import { openAny } from "../files/openAny";

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
		void openAny(filesOfDrop(event.dataTransfer));
	});
}
